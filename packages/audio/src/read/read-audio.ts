import { expectInteger, expectOptions, expectValue, ResidualError, showValue, yieldToEventLoop } from '@residual/base';
import type { Audio } from '../audio.js';
import { mono } from '../mono.js';
import { resample, resampler } from '../resample/resample.js';
import { decodeFrames } from '../wav/decode.js';
import { isWav, type WavLayout, wavLayout } from '../wav/layout.js';
import { type AudioDecoder, decodeAudio } from './decode.js';
import { type AudioSource, audioSource } from './source.js';

/** Settings of `readAudio`. */
export interface ReadAudioOptions {
  /** Samples per second of the result. Default 16000. */
  readonly sampleRate?: number;
  /** Decodes what is no WAV file. Default: the page's `decodeAudioData`, or the package `audio-decode`. */
  readonly decode?: AudioDecoder;
  /** Ends the reading; the promise is rejected with its reason. */
  readonly signal?: AbortSignal;
}

/** What `readAudio` reads: the bytes of a file, a file of a page, or a recording. */
export type AudioInput = Uint8Array | ArrayBuffer | Blob | Audio;

/** A lower rate would make much of few bytes. */
const minRate = 1000;

/** About this many bytes are decoded at a time. */
const partBytes = 2 ** 20;

/**
 * The samples of any recording, all channels in one, at the wanted rate: [length]. A WAV file is read part by part,
 * also one of an hour; other formats are decoded as a whole by the page (`decodeAudioData`, at 48 kHz) or, in Node, by
 * the package `audio-decode` if it is installed. Errors have the code `format` for a WAV file and `decoder` for others.
 */
export async function readAudio(input: AudioInput, options: ReadAudioOptions = {}): Promise<Float32Array> {
  expectOptions('readAudio', options, { sampleRate: 0, decode: 0, signal: 0 });
  const { sampleRate = 16_000, decode = decodeAudio, signal } = options;
  expectInteger('readAudio', 'sampleRate', sampleRate, { min: minRate, max: 768_000 });
  signal?.throwIfAborted();
  if (isRecording(input)) return converted(input, sampleRate);
  const isBytes = input instanceof Uint8Array || input instanceof ArrayBuffer || input instanceof Blob;
  expectValue(isBytes, 'readAudio', 'the input', input, 'bytes, a Blob, or a recording { sampleRate, channels }');
  const source = audioSource(input);
  if (source.size === 0) throw new ResidualError('format', 'readAudio: the file has 0 bytes');
  if (isWav(await source.read(0, 12))) return readWavSource(source, sampleRate, signal);
  const bytes = await source.read(0, source.size);
  signal?.throwIfAborted();
  const audio = await decode(bytes);
  signal?.throwIfAborted();
  if (!isRecording(audio))
    throw new ResidualError('decoder', `readAudio: the decoder returned ${showValue(audio)}, no recording`);
  return converted(audio, sampleRate);
}

const isRecording = (input: unknown): input is Audio =>
  typeof input === 'object' &&
  input !== null &&
  'channels' in input &&
  Array.isArray(input.channels) &&
  input.channels.every(channel => channel instanceof Float32Array) &&
  'sampleRate' in input &&
  typeof input.sampleRate === 'number';

function converted(audio: Audio, sampleRate: number): Float32Array {
  checkRate(audio.sampleRate);
  return resample(mono(audio), { from: audio.sampleRate, to: sampleRate });
}

function checkRate(rate: number): void {
  if (rate < minRate)
    throw new ResidualError('format', `readAudio: the rate is ${rate} Hz; at least ${minRate} would fit`);
}

async function readWavSource(source: AudioSource, to: number, signal: AbortSignal | undefined): Promise<Float32Array> {
  const layout = await layoutOf(source);
  const { sampleRate: from, start, frames, channels, sampleBytes } = layout;
  checkRate(from);
  const samples = new Float32Array(Math.ceil((frames * to) / from));
  const stream = resampler({ from, to });
  let length = 0;
  const append = (part: Float32Array) => {
    samples.set(part, length);
    length += part.length;
  };
  const frameBytes = channels * sampleBytes;
  const partFrames = Math.max(1, Math.floor(partBytes / frameBytes));
  for (let frame = 0; frame < frames; frame += partFrames) {
    if (frame > 0) await yieldToEventLoop(signal);
    const count = Math.min(partFrames, frames - frame);
    const bytes = await source.read(start + frame * frameBytes, start + (frame + count) * frameBytes);
    const part = Array.from({ length: channels }, () => new Float32Array(count));
    decodeFrames(layout, bytes, part, frame);
    append(stream.push(mono({ sampleRate: from, channels: part })));
  }
  append(stream.finish());
  return samples;
}

async function layoutOf(source: AudioSource): Promise<WavLayout> {
  const steps = wavLayout(source.size);
  let step = steps.next();
  while (!step.done) step = steps.next(await source.read(...step.value));
  return step.value;
}
