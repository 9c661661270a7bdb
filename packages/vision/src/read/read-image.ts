import { expectOptions, expectValue } from '@residual/base';
import { decodeJpeg, decodeOther } from '#image-decoders';
import { type ByteImage, expectBytes } from '../raw-image.js';
import { type AlphaRule, toRgb } from '../to-rgb.js';
import { fail } from './errors.js';
import { formatOf } from './format.js';
import { readJpegHeader } from './jpeg/header.js';
import { readBitmap } from './page.js';
import { decodePng } from './png/decode.js';

/** What `readImage` reads: the bytes of a file, or what a page has. */
export type ImageSource =
  | Uint8Array
  | ArrayBuffer
  | Blob
  | ImageData
  | ImageBitmap
  | HTMLCanvasElement
  | OffscreenCanvas;

/** Options of `readImage`. */
export interface ReadImageOptions {
  /**
   * What becomes of alpha: it is dropped, as `load_image` of the reference does; the image is laid on white; or it is
   * kept as a fourth channel where there is one. Default `drop`.
   */
  readonly alpha?: AlphaRule | 'keep';
}

/**
 * Reads an image upright: the bytes of a PNG or JPEG, in a page also of what else the browser decodes, a `Blob`,
 * `ImageData`, an `ImageBitmap` or a canvas. Three channels, or four where alpha is kept. Colour profiles are not
 * applied. Errors with code `image` for files that are broken, cut off, or claim more pixels than they can hold.
 */
export async function readImage(source: ImageSource, options: ReadImageOptions = {}): Promise<ByteImage> {
  expectOptions('readImage', options, { alpha: 0 });
  const { alpha = 'drop' } = options;
  expectValue(['drop', 'white', 'keep'].includes(alpha), 'readImage', 'alpha', alpha, 'drop, white or keep');
  const image = await imageOf(source, alpha !== 'drop');
  return alpha === 'keep' ? image : toRgb(image, { alpha });
}

async function imageOf(source: ImageSource, keepsAlpha: boolean): Promise<ByteImage> {
  if (source instanceof Uint8Array) return decode(source, keepsAlpha);
  if (isA('ArrayBuffer', source)) return decode(new Uint8Array(source as ArrayBuffer), keepsAlpha);
  if (isA('Blob', source) || isA('File', source))
    return decode(new Uint8Array(await (source as Blob).arrayBuffer()), keepsAlpha);
  if (isA('ImageData', source)) return fromImageData(source as ImageData);
  if (['ImageBitmap', 'HTMLCanvasElement', 'OffscreenCanvas'].some(name => isA(name, source)))
    return readBitmap(source as ImageBitmap);
  const need = 'bytes, an ArrayBuffer, a Blob, ImageData, an ImageBitmap or a canvas';
  expectValue(false, 'readImage', 'source', source, need);
}

/** Whether a value is of a class of a page, also one of another frame. */
const isA = (name: string, value: unknown) => Object.prototype.toString.call(value) === `[object ${name}]`;

function fromImageData({ width, height, data }: ImageData): ByteImage {
  const image = { width, height, channels: 4, data: data as Uint8ClampedArray };
  expectBytes('readImage', image);
  return { ...image, data: image.data.slice() };
}

async function decode(bytes: Uint8Array, keepsAlpha: boolean): Promise<ByteImage> {
  const format = formatOf(bytes);
  if (format === 'PNG') return decodePng(bytes, keepsAlpha);
  if (format === 'JPEG') return decodeJpeg(bytes, readJpegHeader(bytes));
  if (bytes.length === 0) return fail('the file is empty');
  return decodeOther(bytes, format ? `a ${format}` : 'in no format that is known');
}
