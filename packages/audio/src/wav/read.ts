import type { Audio } from '../audio.js';
import { decodeFrames } from './decode.js';
import { wavLayout } from './layout.js';

/**
 * Reads a WAV file: PCM of 8, 16, 24 or 32 bits, floats of 32 or 64 bits, also as WAVE_FORMAT_EXTENSIBLE and RF64,
 * any rate and number of channels. Integers become numbers from -1 to 1, floats stay as they are, as float32. A size of
 * 0 or of almost 2³¹ or 2³², as streaming programs write it, means the rest of the file. Anything else that does not
 * fit is an error of code `format`: a text, missing bytes, other formats, samples that are not finite.
 */
export function readWav(bytes: Uint8Array): Audio {
  const steps = wavLayout(bytes.length);
  let step = steps.next();
  while (!step.done) step = steps.next(bytes.subarray(...step.value));
  const layout = step.value;
  const { start, frames, channels, sampleBytes, sampleRate } = layout;
  const samples = Array.from({ length: channels }, () => new Float32Array(frames));
  decodeFrames(layout, bytes.subarray(start, start + frames * channels * sampleBytes), samples);
  return { sampleRate, channels: samples };
}
