import { fail } from '../errors.js';
import { exifOrientation } from '../exif.js';
import { expectReadable } from '../limits.js';

/** What the markers of a JPEG say. */
export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  /** 1 gray, 3 colours, 4 CMYK. */
  readonly components: number;
  readonly orientation: number;
}

/** The most scans of a JPEG: progressive files have about ten, and each goes over the whole image. */
const maxScans = 100;

const frameNames: Readonly<Record<number, string>> = {
  195: 'lossless coding',
  197: 'a hierarchical frame',
  198: 'a hierarchical frame',
  199: 'a hierarchical frame',
  201: 'arithmetic coding',
  202: 'arithmetic coding',
  203: 'arithmetic coding',
  205: 'arithmetic coding',
  206: 'arithmetic coding',
  207: 'arithmetic coding',
};

/**
 * Walks through all markers of a JPEG to its end (ITU-T T.81), and compares its size with its length: each block of
 * 8 x 8 samples takes a bit at least. Errors with code `image`.
 */
export function readJpegHeader(bytes: Uint8Array): JpegHeader {
  let frame: Omit<JpegHeader, 'orientation'> | undefined;
  let orientation: number | undefined;
  let scans = 0;
  for (let at = 2; ; ) {
    at = nextMarker(bytes, at);
    const marker = bytes[at + 1]!;
    at += 2;
    if (marker === 0xd9) break;
    if (marker === 0xd8 || marker === 0x01) continue;
    const length = at + 2 <= bytes.length ? (bytes[at]! << 8) | bytes[at + 1]! : 0;
    if (length < 2 || at + length > bytes.length) fail(`the JPEG is cut off in the segment of marker ${marker}`);
    const segment = bytes.subarray(at + 2, at + length);
    if (marker >= 0xc0 && marker <= 0xc2) frame = firstFrame(frame, segment, bytes.length);
    else if (frameNames[marker]) fail(`the JPEG has ${frameNames[marker]}, which is not read`);
    else if (marker === 0xe1) orientation ??= orientationOf(segment);
    else if (marker === 0xda && ++scans > maxScans) fail(`the JPEG has more than ${maxScans} scans`);
    at += length;
  }
  if (!frame || scans === 0) fail('the JPEG has no picture');
  return { ...frame, orientation: orientation ?? 1 };
}

/** Where the next marker begins: 0xff and a byte that is no part of coded samples. */
function nextMarker(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0 && at + 1 < bytes.length; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1]!;
    if (next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  return fail(`the JPEG is cut off: ${bytes.length} bytes have no end marker`);
}

function firstFrame(previous: unknown, segment: Uint8Array, fileLength: number) {
  if (previous) fail('the JPEG has two frames');
  const [precision, heightHigh, heightLow, widthHigh, widthLow, components] = segment;
  if (components === undefined || segment.length < 6 + components * 3) fail('the frame of the JPEG is cut off');
  const height = (heightHigh! << 8) | heightLow!;
  const width = (widthHigh! << 8) | widthLow!;
  expectReadable('JPEG', width, height);
  if (precision !== 8) fail(`the JPEG has samples of ${precision} bits; 8 are read`);
  if (![1, 3, 4].includes(components)) fail(`the JPEG has ${components} components; 1, 3 and 4 are read`);
  const factors = Array.from({ length: components }, (_, i) => segment[7 + i * 3]!);
  const [across, down] = [factors.map(factor => factor >> 4), factors.map(factor => factor & 15)];
  if ([...across, ...down].some(factor => factor < 1 || factor > 4))
    fail(`the JPEG has sampling factors ${factors.map(factor => `${factor >> 4}x${factor & 15}`).join(', ')}`);
  const blocks = (size: number, factor: number, largest: number) => Math.ceil((size * factor) / largest / 8);
  const total = factors.reduce(
    (sum, _, i) => sum + blocks(width, across[i]!, Math.max(...across)) * blocks(height, down[i]!, Math.max(...down)),
    0,
  );
  if (total > fileLength * 8)
    fail(`the JPEG says that it has ${width} x ${height} pixels, which ${fileLength} bytes cannot hold`);
  return { width, height, components };
}

/** The orientation in a segment of EXIF data. */
function orientationOf(segment: Uint8Array): number | undefined {
  const isExif = String.fromCharCode(...segment.subarray(0, 6)) === 'Exif\0\0';
  return isExif ? exifOrientation(segment.subarray(6)) : undefined;
}
