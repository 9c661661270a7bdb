import { speechT5Features } from '@residual/audio';
import type { FrameScale } from '@residual/families';

/** Samples per second. */
export const sampleRate = 16_000;

/** Samples from one frame to the next. */
export const hop = 256;

/** The bins of the log-mel spectrogram. */
export const melBins = 80;

/** The bin of the logarithm of the pitch. */
export const pitchBin = 80;

/** The bin that says how much a frame is voiced. */
export const voicingBin = 81;

/** All bins of a frame. */
export const bins = 82;

/** Seconds from one number of the teacher's pitch to the next. */
const pitchStep = 0.005;

/** The frames of a recording, [frames, bins], and how many frames each token lasts. */
export interface SpeechFrames {
  readonly values: Float32Array;
  readonly counts: Int32Array;
}

/**
 * The frames of a spoken sentence: SpeechT5's log-mel spectrogram, ln of the pitch in Hz, which is interpolated where
 * it is not voiced, and 1 where it is voiced. undefined if hardly anything is voiced.
 */
export function speechFrames(
  { samples, pitch }: { readonly samples: Float32Array; readonly pitch: Float32Array },
  ends: readonly number[],
): SpeechFrames | undefined {
  const { values: mels, shape } = speechT5Features(samples, { floor: 1e-5 });
  const frames = shape[0]!;
  const voiced = [...pitch.keys()].filter(i => pitch[i]! > 0);
  if (voiced.length < 5) return undefined;
  const values = new Float32Array(frames * bins);
  for (let t = 0, next = 0; t < frames; t++) {
    const at = Math.min(Math.round((t * hop) / sampleRate / pitchStep), pitch.length - 1);
    while (next < voiced.length && voiced[next]! < at) next++;
    const [left, right] = [voiced[Math.max(next - 1, 0)]!, voiced[Math.min(next, voiced.length - 1)]!];
    const share = right > left ? Math.min(Math.max((at - left) / (right - left), 0), 1) : 0;
    values.set(mels.subarray(t * melBins, (t + 1) * melBins), t * bins);
    values[t * bins + pitchBin] = (1 - share) * Math.log(pitch[left]!) + share * Math.log(pitch[right]!);
    values[t * bins + voicingBin] = pitch[at]! > 0 ? 1 : 0;
  }
  return { values, counts: countsOf(ends, frames) };
}

/** How many frames each token lasts; together they are all frames. */
function countsOf(ends: readonly number[], frames: number): Int32Array {
  const counts = new Int32Array(ends.length);
  let from = 0;
  for (const [i, end] of ends.entries()) {
    const to = i === ends.length - 1 ? frames : Math.min(Math.max(Math.round((end * sampleRate) / hop), from), frames);
    counts[i] = to - from;
    from = to;
  }
  return counts;
}

/** The mean and the deviation of each bin over recordings. */
export function frameScale(recordings: Iterable<Pick<SpeechFrames, 'values'>>): FrameScale {
  const [sums, squares] = [new Float64Array(bins), new Float64Array(bins)];
  let count = 0;
  for (const { values } of recordings)
    for (let i = 0; i < values.length; i++) {
      const bin = i % bins;
      sums[bin]! += values[i]!;
      squares[bin]! += values[i]! ** 2;
      if (bin === 0) count++;
    }
  const mean = Float32Array.from(sums, sum => sum / count);
  const deviation = mean.map((each, bin) => Math.sqrt(Math.max(1e-6, squares[bin]! / count - each ** 2)));
  return { mean, deviation };
}

/** Frames less the mean, over the deviation. */
export function standardized(values: Float32Array, { mean, deviation }: FrameScale): Float32Array {
  return values.map((value, i) => (value - mean[i % bins]!) / deviation[i % bins]!);
}
