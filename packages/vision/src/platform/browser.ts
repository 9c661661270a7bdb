import type { ByteImage } from '../raw-image.js';
import { fail } from '../read/errors.js';
import type { JpegHeader } from '../read/jpeg/header.js';
import { readBitmap } from '../read/page.js';
import { toRgb } from '../to-rgb.js';

/** Decodes a JPEG to three channels, upright, by the browser. */
export async function decodeJpeg(bytes: Uint8Array, _header: JpegHeader): Promise<ByteImage> {
  return toRgb(await decodeOther(bytes, 'a JPEG'));
}

/** Decodes a file in any format that the browser knows to four channels, upright. */
export async function decodeOther(bytes: Uint8Array, format: string): Promise<ByteImage> {
  const blob = new Blob([bytes as Uint8Array<ArrayBuffer>]);
  let bitmap: ImageBitmap;
  try {
    // the numbers of the file: no colour profile, no multiplication by alpha
    bitmap = await createImageBitmap(blob, {
      colorSpaceConversion: 'none',
      premultiplyAlpha: 'none',
      imageOrientation: 'from-image',
    });
  } catch (error) {
    return fail(`the file is ${format}, and the browser cannot decode it`, error);
  }
  try {
    return readBitmap(bitmap);
  } finally {
    bitmap.close();
  }
}
