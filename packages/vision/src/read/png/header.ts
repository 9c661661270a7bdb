import { fail } from '../errors.js';
import { exifOrientation } from '../exif.js';
import { expectReadable } from '../limits.js';
import { crc32 } from './crc.js';

/** What a PNG says before its pixels, and where those are (PNG, third edition, 2025). */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits of a sample. */
  readonly depth: number;
  /** 0 gray, 2 RGB, 3 palette, 4 gray with alpha, 6 RGB with alpha. */
  readonly colorType: number;
  readonly isInterlaced: boolean;
  /** Red, green and blue of each entry. */
  readonly palette: Uint8Array | undefined;
  /** The chunk tRNS: alpha of the palette's entries, or the colour that is transparent. */
  readonly transparency: Uint8Array | undefined;
  readonly orientation: number;
  /** The compressed pixels. */
  readonly parts: readonly Uint8Array[];
}

/** Samples of a pixel in the file, by colour type. */
export const samplesOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

const depthsOf: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

/** Reads the chunks of a PNG up to its end. Errors with code `image`. */
export function readPngHeader(bytes: Uint8Array): PngHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks = new Map<string, Uint8Array>();
  const parts: Uint8Array[] = [];
  let isWhole = false;
  for (let at = 8; at + 8 <= bytes.length && !isWhole; ) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (chunks.size === 0 && type !== 'IHDR') fail(`the PNG begins with the chunk ${JSON.stringify(type)}, not IHDR`);
    const end = at + 8 + length;
    if (end > bytes.length) {
      if (type !== 'IDAT')
        fail(`the PNG is cut off: its chunk ${JSON.stringify(type)} of ${length} bytes is not whole`);
      parts.push(bytes.subarray(at + 8)); // it may hold all pixels
      break;
    }
    const data = bytes.subarray(at + 8, end);
    if (type === 'IDAT') parts.push(data);
    else if (['IHDR', 'PLTE', 'tRNS', 'eXIf'].includes(type) && !chunks.has(type)) {
      if (type !== 'eXIf' && end + 4 <= bytes.length && view.getUint32(end) !== crc32(bytes.subarray(at + 4, end)))
        fail(`the checksum of the PNG's chunk ${type} is wrong`);
      chunks.set(type, data);
    }
    isWhole = type === 'IEND';
    at = end + 4;
  }
  const header = chunks.get('IHDR');
  if (!header) fail('the PNG is cut off before its first chunk ends');
  const exif = chunks.get('eXIf');
  return {
    ...readIhdr(header),
    palette: chunks.get('PLTE'),
    transparency: chunks.get('tRNS'),
    orientation: exif ? exifOrientation(exif) : 1,
    parts,
  };
}

function readIhdr(data: Uint8Array) {
  if (data.length !== 13) fail(`the chunk IHDR of the PNG has ${data.length} bytes; 13 would fit`);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, colorType, compression, filter, interlace] = data.subarray(8);
  expectReadable('PNG', width, height);
  if (!depthsOf[colorType!]?.includes(depth!))
    fail(`the PNG has colour type ${colorType} with ${depth} bits, which the format does not know`);
  if (compression !== 0 || filter !== 0 || interlace! > 1)
    fail(`the PNG has compression ${compression}, filter ${filter} and interlacing ${interlace}; 0, 0 and 0 or 1 fit`);
  return { width, height, depth: depth!, colorType: colorType!, isInterlaced: interlace === 1 };
}
