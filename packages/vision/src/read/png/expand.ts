import { fail } from '../errors.js';
import { type PngHeader, samplesOf } from './header.js';

/** Writes the pixel of a row at a column into an image of bytes at an offset. */
export type PixelWriter = (row: Uint8Array, column: number, result: Uint8Array, at: number) => void;

/** Whether pixels of a PNG have alpha. */
export const hasAlpha = ({ colorType, transparency }: PngHeader): boolean =>
  colorType >= 4 || transparency !== undefined;

/**
 * A function that turns pixels of the file into red, green and blue, and alpha where `channels` is 4. Samples of 16
 * bits lose the lower byte as in Pillow, whose gray of 16 bits is cut off at 255 instead.
 */
export function pixelWriter(header: PngHeader, channels: 3 | 4): PixelWriter {
  const { colorType, depth } = header;
  if (colorType === 3) return paletteWriter(header, channels);
  const samples = samplesOf[colorType]!;
  const isGray = samples < 3;
  const keyed = channels === 4 && colorType < 4 ? transparentColour(header) : undefined;
  const scale = depth < 8 ? 255 / (2 ** depth - 1) : 1;
  const isClipped = colorType === 0 && depth === 16;
  const byteOf = (sample: number) => (depth < 16 ? sample * scale : isClipped ? Math.min(sample, 255) : sample >> 8);
  return (row, column, result, at) => {
    const first = column * samples;
    for (let channel = 0; channel < 3; channel++)
      result[at + channel] = byteOf(sampleAt(row, isGray ? first : first + channel, depth));
    if (channels === 3) return;
    if (colorType >= 4) result[at + 3] = byteOf(sampleAt(row, first + samples - 1, depth));
    else result[at + 3] = keyed?.every((key, sample) => sampleAt(row, first + sample, depth) === key) ? 0 : 255;
  };
}

function paletteWriter({ palette, transparency, depth }: PngHeader, channels: 3 | 4): PixelWriter {
  if (!palette || palette.length === 0 || palette.length % 3 !== 0 || palette.length > 768)
    fail(`the PNG needs a palette of 1 to 256 colours; it has one of ${palette ? palette.length / 3 : 0}`);
  const colours = new Uint8Array(1024).map((_, i) => (i % 4 === 3 ? 255 : 0));
  for (let entry = 0; entry < palette.length / 3; entry++) {
    colours.set(palette.subarray(entry * 3, entry * 3 + 3), entry * 4);
    colours[entry * 4 + 3] = transparency?.[entry] ?? 255;
  }
  return (row, column, result, at) => {
    const entry = sampleAt(row, column, depth) * 4;
    for (let channel = 0; channel < channels; channel++) result[at + channel] = colours[entry + channel]!;
  };
}

function transparentColour({ transparency, colorType, depth }: PngHeader): number[] | undefined {
  if (!transparency) return undefined;
  const samples = samplesOf[colorType]!;
  if (transparency.length < samples * 2)
    fail(`the chunk tRNS of the PNG has ${transparency.length} bytes; ${samples * 2} would fit`);
  const mask = 2 ** depth - 1;
  return Array.from({ length: samples }, (_, i) => ((transparency[2 * i]! << 8) | transparency[2 * i + 1]!) & mask);
}

/** The sample of a row at an index, from 0 to 2^depth - 1. */
function sampleAt(row: Uint8Array, index: number, depth: number): number {
  if (depth === 8) return row[index]!;
  if (depth === 16) return (row[2 * index]! << 8) | row[2 * index + 1]!;
  const bit = index * depth;
  return (row[bit >> 3]! >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
}
