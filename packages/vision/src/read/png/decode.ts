import type { ByteImage } from '../../raw-image.js';
import { fail } from '../errors.js';
import { orient } from '../orient.js';
import { hasAlpha, pixelWriter } from './expand.js';
import { type PngHeader, readPngHeader, samplesOf } from './header.js';
import { inflate, joined } from './inflate.js';
import { type PngPass, passesOf } from './passes.js';
import { unfilter } from './unfilter.js';

/** Bytes of pixels for one byte of a zlib stream, at most (RFC 1951). */
const maxRatio = 1032;

/**
 * Decodes a PNG to three channels, or with `keepsAlpha` to four where it has alpha. The size is compared with the
 * length of the compressed pixels before memory is taken.
 */
export async function decodePng(bytes: Uint8Array, keepsAlpha: boolean): Promise<ByteImage> {
  const header = readPngHeader(bytes);
  const { width, height, isInterlaced, orientation, parts } = header;
  const passes = passesOf(width, height, isInterlaced);
  const length = passes.reduce((sum, pass) => sum + pass.height * (1 + rowBytes(header, pass.width)), 0);
  const compressed = joined(parts);
  if (length > compressed.length * maxRatio)
    fail(
      `the PNG says that it has ${width} x ${height} pixels, which ${compressed.length} compressed bytes cannot hold`,
    );
  const channels = keepsAlpha && hasAlpha(header) ? 4 : 3;
  const data = new Uint8Array(width * height * channels);
  const rows = rowSink(header, passes, data, channels);
  await inflate(compressed, length, rows);
  return orient({ width, height, channels, data }, orientation);
}

const bitsPerPixel = ({ colorType, depth }: PngHeader) => samplesOf[colorType]! * depth;
const rowBytes = (header: PngHeader, width: number) => Math.ceil((width * bitsPerPixel(header)) / 8);

/** A function that takes the inflated bytes one after another and writes the pixels of each whole row. */
function rowSink(header: PngHeader, passes: readonly PngPass[], data: Uint8Array, channels: 3 | 4) {
  const write = pixelWriter(header, channels);
  const step = Math.max(1, bitsPerPixel(header) >> 3);
  const isPlain = !header.isInterlaced && header.depth === 8 && channels === samplesOf[header.colorType];
  let passIndex = 0;
  let y = 0;
  let [row, above] = [new Uint8Array(0), new Uint8Array(0)];
  let filled = 0; // with the byte of the filter
  let filter = 0;
  const beginPass = () => {
    const length = rowBytes(header, passes[passIndex]!.width);
    [row, above] = [new Uint8Array(length), new Uint8Array(length)];
    y = 0;
  };
  const endRow = () => {
    if (!unfilter(filter, row, above, step)) fail(`row ${y} of the PNG has filter ${filter}; 0 to 4 exist`);
    const { left, top, columnStep, rowStep, width, height } = passes[passIndex]!;
    const start = ((top + y * rowStep) * header.width + left) * channels;
    if (isPlain) data.set(row, start);
    else for (let x = 0, at = start; x < width; x++, at += columnStep * channels) write(row, x, data, at);
    [row, above] = [above, row];
    filled = 0;
    if (++y === height && ++passIndex < passes.length) beginPass();
  };
  beginPass();
  return (bytes: Uint8Array) => {
    for (let at = 0; at < bytes.length; ) {
      if (filled === 0) {
        filter = bytes[at++]!;
        filled = 1;
      }
      const count = Math.min(row.length + 1 - filled, bytes.length - at);
      row.set(bytes.subarray(at, at + count), filled - 1);
      at += count;
      filled += count;
      if (filled === row.length + 1) endRow();
    }
  };
}
