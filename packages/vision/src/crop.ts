import { expectInteger, expectOptions, ResidualError } from '@residual/base';
import { arrayLike, expectImage, expectSize, type PixelArray, type RawImage } from './raw-image.js';

/** A part of an image in pixels. */
export interface CropOptions {
  /** The first column; default 0. */
  readonly left?: number;
  /** The first row; default 0. */
  readonly top?: number;
  /** The number of columns. */
  readonly width: number;
  /** The number of rows. */
  readonly height: number;
}

/** Cuts a part out of an image. Errors with code `option` if the part is not inside. */
export function crop<Data extends PixelArray>(image: RawImage<Data>, options: CropOptions): RawImage<Data> {
  expectOptions('crop', options, { left: 0, top: 0, width: 1, height: 1 });
  const { left = 0, top = 0, width, height } = options;
  expectImage('crop', image);
  expectSize('crop', width, height);
  for (const [name, value] of Object.entries({ left, top })) expectInteger('crop', name, value);
  if (left + width > image.width || top + height > image.height)
    throw new ResidualError(
      'option',
      `crop: columns ${left} to ${left + width} and rows ${top} to ${top + height} do not lie in an image of ` +
        `${image.width} x ${image.height}`,
    );
  return place(image, width, height, -left, -top);
}

/** Options of `pad`, in pixels. */
export interface PadOptions {
  /** Default 0. */
  readonly left?: number;
  /** Default 0. */
  readonly top?: number;
  /** Default 0. */
  readonly right?: number;
  /** Default 0. */
  readonly bottom?: number;
  /** The value of all channels in the margins; default 0. */
  readonly value?: number;
}

/** Adds margins of one value to an image. */
export function pad<Data extends PixelArray>(image: RawImage<Data>, options: PadOptions): RawImage<Data> {
  expectOptions('pad', options, { left: 0, top: 0, right: 0, bottom: 0, value: 0 });
  const { left = 0, top = 0, right = 0, bottom = 0, value = 0 } = options;
  expectImage('pad', image);
  for (const [name, margin] of Object.entries({ left, top, right, bottom })) expectInteger('pad', name, margin);
  const width = left + image.width + right;
  const height = top + image.height + bottom;
  expectSize('pad', width, height);
  return place(image, width, height, left, top, value);
}

/** Options of `centerCrop`. */
export interface CenterCropOptions {
  /** The width of the result in pixels. */
  readonly width: number;
  /** The height of the result in pixels. */
  readonly height: number;
  /**
   * On which side an odd number of margin pixels has one more, for an image that is smaller than the result: left and
   * top as Pillow-backed processors, or right and bottom as torchvision; default `pil`.
   */
  readonly backend?: 'pil' | 'torchvision';
}

/** Cuts out the middle of an image; where the image is smaller it gets margins of zeros. */
export function centerCrop<Data extends PixelArray>(image: RawImage<Data>, options: CenterCropOptions): RawImage<Data> {
  expectOptions('centerCrop', options, { width: 1, height: 1, backend: 0 });
  const { width, height, backend = 'pil' } = options;
  expectImage('centerCrop', image);
  expectSize('centerCrop', width, height);
  const offset = (inputs: number, outputs: number) =>
    outputs > inputs && backend === 'pil' ? Math.ceil((outputs - inputs) / 2) : Math.trunc((outputs - inputs) / 2);
  return place(image, width, height, offset(image.width, width), offset(image.height, height));
}

/** An image of the given size in which another one begins at `left` and `top`, which may be negative. */
function place<Data extends PixelArray>(
  { width, height, channels, data }: RawImage<Data>,
  newWidth: number,
  newHeight: number,
  left: number,
  top: number,
  value = 0,
): RawImage<Data> {
  const result = arrayLike(data, newWidth * newHeight * channels);
  if (value !== 0) result.fill(value);
  const firstColumn = Math.max(0, -left);
  const lastColumn = Math.min(width, newWidth - left);
  for (let y = Math.max(0, -top); y < Math.min(height, newHeight - top); y++) {
    const row = data.subarray((y * width + firstColumn) * channels, (y * width + lastColumn) * channels);
    result.set(row, ((y + top) * newWidth + firstColumn + left) * channels);
  }
  return { width: newWidth, height: newHeight, channels, data: result };
}
