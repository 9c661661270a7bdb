import { expectInteger, expectValue, ResidualError } from '@residual/base';

/** The samples of an image: bytes from 0 to 255, or floats. */
export type PixelArray = Uint8Array | Uint8ClampedArray | Float32Array;

/**
 * An image in memory. `data` is [height, width, channels], row by row from the top left. One channel is gray, three are
 * red, green and blue in sRGB, and a fourth is alpha, with which the colours are not multiplied.
 */
export interface RawImage<Data extends PixelArray = PixelArray> {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Data;
}

/** An image of bytes. */
export type ByteImage = RawImage<Uint8Array | Uint8ClampedArray>;

/** The largest side of an image in pixels: that of JPEG and of a page's canvas. */
export const maxSide = 65_535;

/** The most pixels of an image. */
export const maxPixels = 2 ** 28;

/** The most pixels to which an image is resized, cropped or padded. */
export const maxOutputPixels = 2 ** 26;

/** Throws, with the code `image`, unless an image is whole: 1, 3 or 4 channels, and data of its size. */
export function expectImage(caller: string, image: RawImage): void {
  const isObject = typeof image === 'object' && image !== null;
  expectValue(isObject, caller, 'image', image, 'a RawImage', 'image');
  const { width, height, channels, data } = image;
  expectInteger(caller, 'image.width', width, { min: 1, max: maxSide, code: 'image' });
  expectInteger(caller, 'image.height', height, { min: 1, max: maxSide, code: 'image' });
  expectValue([1, 3, 4].includes(channels), caller, 'image.channels', channels, '1, 3 or 4', 'image');
  const isData = data instanceof Uint8Array || data instanceof Uint8ClampedArray || data instanceof Float32Array;
  expectValue(isData, caller, 'image.data', data, 'a Uint8Array, Uint8ClampedArray or Float32Array', 'image');
  const length = width * height * channels;
  if (data.length !== length)
    throw new ResidualError(
      'image',
      `${caller}: an image of ${width} x ${height} with ${channels} channels has ${length} values; data has ` +
        `${data.length}`,
    );
}

/** Throws, with the code `image`, unless the samples of an image are bytes. */
export function expectBytes(caller: string, image: RawImage): asserts image is ByteImage {
  expectImage(caller, image);
  expectValue(!(image.data instanceof Float32Array), caller, 'image.data', 'a Float32Array', 'bytes', 'image');
}

/** Throws unless both sides, in pixels, are whole numbers that give an image of an acceptable size. */
export function expectSize(caller: string, width: number, height: number, code = 'option'): void {
  expectInteger(caller, 'width', width, { min: 1, max: maxSide, code });
  expectInteger(caller, 'height', height, { min: 1, max: maxSide, code });
  if (width * height > maxOutputPixels)
    throw new ResidualError(
      code,
      `${caller}: ${width} x ${height} is ${width * height} pixels; at most ${maxOutputPixels} fit`,
    );
}

/** An array of the kind of another one. */
export function arrayLike<Data extends PixelArray>(data: Data, length: number): Data {
  const kinds = [Float32Array, Uint8ClampedArray];
  const kind = kinds.find(candidate => data instanceof candidate) ?? Uint8Array;
  return new kind(length) as Data;
}
