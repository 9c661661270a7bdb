import { refuse } from '../errors.js';
import type { WavLayout } from './layout.js';

/**
 * Decodes the bytes of whole frames, of which `first` is the first one, into the samples of each channel. Integers are
 * divided by their largest magnitude, so that they are from -1 to 1; a float that is not finite as a float32 is an
 * error.
 */
export function decodeFrames(layout: WavLayout, bytes: Uint8Array, into: readonly Float32Array[], first = 0): void {
  const { channels, sampleBytes } = layout;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const frameBytes = channels * sampleBytes;
  const frames = Math.floor(bytes.length / frameBytes);
  const read = readers[`${layout.encoding}${sampleBytes}`]!;
  for (const [channel, samples] of into.entries()) {
    let offset = channel * sampleBytes;
    for (let frame = 0; frame < frames; frame++, offset += frameBytes) samples[frame] = read(view, offset);
    if (layout.encoding === 'float') checkFinite(samples, first, channel);
  }
}

const readers: Readonly<Record<string, (view: DataView, offset: number) => number>> = {
  integer1: (view, offset) => (view.getUint8(offset) - 128) / 2 ** 7,
  integer2: (view, offset) => view.getInt16(offset, true) / 2 ** 15,
  integer3: (view, offset) => (view.getUint16(offset, true) + view.getInt8(offset + 2) * 2 ** 16) / 2 ** 23,
  integer4: (view, offset) => view.getInt32(offset, true) / 2 ** 31,
  float4: (view, offset) => view.getFloat32(offset, true),
  float8: (view, offset) => view.getFloat64(offset, true),
};

function checkFinite(samples: Float32Array, first: number, channel: number): void {
  const index = samples.findIndex(sample => !Number.isFinite(sample));
  if (index >= 0) refuse(`sample ${first + index} of channel ${channel} is ${samples[index]}; samples must be finite`);
}
