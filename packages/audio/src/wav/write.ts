import { expectInteger, expectOptions, expectValue, ResidualError } from '@residual/base';
import type { Audio } from '../audio.js';

/** How samples are stored: integers of 8 (unsigned), 16, 24 or 32 bits, or floats of 32 or 64. */
export type WavEncoding = 'uint8' | 'int16' | 'int24' | 'int32' | 'float32' | 'float64';

/** Settings of `writeWav`. */
export interface WavOptions {
  /** Default `int16`. */
  readonly encoding?: WavEncoding;
}

const encodings: Readonly<Record<WavEncoding, readonly [bytes: number, write: Writer]>> = {
  uint8: [1, (view, offset, sample) => view.setUint8(offset, scaled(sample, 7) + 128)],
  int16: [2, (view, offset, sample) => view.setInt16(offset, scaled(sample, 15), true)],
  int24: [
    3,
    (view, offset, sample) => {
      const value = scaled(sample, 23);
      view.setUint16(offset, value & 0xffff, true);
      view.setInt8(offset + 2, value >> 16);
    },
  ],
  int32: [4, (view, offset, sample) => view.setInt32(offset, scaled(sample, 31), true)],
  float32: [4, (view, offset, sample) => view.setFloat32(offset, sample, true)],
  float64: [8, (view, offset, sample) => view.setFloat64(offset, sample, true)],
};

type Writer = (view: DataView, offset: number, sample: number) => void;

/** The nearest integer of `bits` bits and a sign; samples beyond are clipped. */
const scaled = (sample: number, bits: number) =>
  Math.max(-(2 ** bits), Math.min(2 ** bits - 1, Math.round(sample * 2 ** bits)));

/**
 * The bytes of a WAV file. Samples outside -1 to 1 are clipped where they are stored as integers; samples that are not
 * finite, channels of different lengths and more than 4 GB are errors.
 */
export function writeWav({ sampleRate, channels }: Audio, options: WavOptions = {}): Uint8Array<ArrayBuffer> {
  expectOptions('writeWav', options, { encoding: 0 });
  const { encoding = 'int16' } = options;
  const names = Object.keys(encodings).join(', ');
  expectValue(Object.hasOwn(encodings, encoding), 'writeWav', 'encoding', encoding, `one of ${names}`);
  expectInteger('writeWav', 'sampleRate', sampleRate, { min: 1, max: 2 ** 32 - 1 });
  expectInteger('writeWav', 'the number of channels', channels.length, { min: 1, max: 65_535 });
  const frames = channels[0]!.length;
  checkChannels(channels, frames);
  const [sampleBytes, write] = encodings[encoding];
  const frameBytes = channels.length * sampleBytes;
  expectInteger('writeWav', 'the bytes of one sample of all channels', frameBytes, { max: 65_535 });
  const dataBytes = frames * frameBytes;
  const isFloat = encoding.startsWith('float');
  const headerBytes = isFloat ? 58 : 44;
  const size = headerBytes + dataBytes + (dataBytes % 2);
  expectInteger('writeWav', 'the size of the file', size, { max: 2 ** 32 - 1 });
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let offset = 0;
  const text = (name: string) => {
    for (const character of name) view.setUint8(offset++, character.charCodeAt(0));
  };
  const number = (value: number, width: 2 | 4) => {
    if (width === 2) view.setUint16(offset, value, true);
    else view.setUint32(offset, value, true);
    offset += width;
  };
  text('RIFF');
  number(size - 8, 4);
  text('WAVEfmt ');
  number(isFloat ? 18 : 16, 4);
  number(isFloat ? 3 : 1, 2);
  number(channels.length, 2);
  number(sampleRate, 4);
  number(Math.min(sampleRate * frameBytes, 2 ** 32 - 1), 4);
  number(frameBytes, 2);
  number(8 * sampleBytes, 2);
  if (isFloat) {
    number(0, 2);
    text('fact');
    number(4, 4);
    number(frames, 4);
  }
  text('data');
  number(dataBytes, 4);
  for (const [channel, samples] of channels.entries())
    for (let frame = 0; frame < frames; frame++)
      write(view, offset + frame * frameBytes + channel * sampleBytes, samples[frame]!);
  return bytes;
}

function checkChannels(channels: readonly Float32Array[], frames: number): void {
  for (const [channel, samples] of channels.entries()) {
    if (samples.length !== frames)
      throw new ResidualError(
        'samples',
        `writeWav: channel ${channel} has ${samples.length} samples, channel 0 has ${frames}`,
      );
    const index = samples.findIndex(sample => !Number.isFinite(sample));
    if (index >= 0)
      throw new ResidualError(
        'samples',
        `writeWav: sample ${index} of channel ${channel} is ${samples[index]}; samples must be finite`,
      );
  }
}
