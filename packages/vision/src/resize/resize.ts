import { expectOptions, expectValue } from '@residual/base';
import { type ByteImage, expectImage, expectSize, type PixelArray, type RawImage } from '../raw-image.js';
import { horizontalBytes, verticalBytes } from './byte-passes.js';
import { filters, type Resample, resamples } from './filters.js';
import { horizontalFloats, verticalFloats } from './float-passes.js';
import { resizeNearest } from './nearest.js';
import { antialiasedWindows, fixedPoint } from './weights.js';

/** Whose arithmetic is followed: that of Pillow, or of torchvision on tensors of bytes. */
export type ResizeBackend = 'pil' | 'torchvision';

/** Options of `resize`. */
export interface ResizeOptions {
  /** The width of the result in pixels. */
  readonly width: number;
  /** The height of the result in pixels. */
  readonly height: number;
  /** The interpolation; default `bicubic`. */
  readonly resample?: Resample;
  /** Whose rounding is followed; default `pil`. */
  readonly backend?: ResizeBackend;
}

/**
 * Resizes an image, with antialiasing when it becomes smaller (except `nearest`). The bytes are those of Pillow 13's
 * `Image.resize`, or with the backend `torchvision` those of `resize(tensor, antialias=True)`: a pass over rows and
 * one over columns in fixed-point numbers, with bytes between them. Floats are not rounded. Alpha is a channel like
 * any other. Errors with code `image` or `option`.
 */
export function resize<Data extends PixelArray>(image: RawImage<Data>, options: ResizeOptions): RawImage<Data> {
  expectOptions('resize', options, { width: 1, height: 1, resample: 0, backend: 0 });
  const { width, height, resample = 'bicubic', backend = 'pil' } = options;
  expectImage('resize', image);
  expectSize('resize', width, height);
  expectValue(resamples.includes(resample), 'resize', 'resample', resample, `one of ${resamples.join(', ')}`);
  expectValue(['pil', 'torchvision'].includes(backend), 'resize', 'backend', backend, 'pil or torchvision');
  if (width === image.width && height === image.height) return image;
  if (resample === 'nearest') return resizeNearest(image, width, height, backend);
  const { narrow, flatten } = passesOf(image, options, resample, backend);
  const passes = backend === 'pil' && isVerticalFirst(image, options) ? [flatten, narrow] : [narrow, flatten];
  const resized = passes.reduce((current, pass) => pass(current), image as RawImage);
  return resized as RawImage<Data>;
}

/** Pillow 13 begins with the vertical pass where that removes more than twice as many rows as the other one columns. */
function isVerticalFirst(from: RawImage, to: ResizeOptions): boolean {
  return to.height < from.height && from.height - to.height > 2 * (from.width - to.width);
}

type Pass = (image: RawImage) => RawImage;

/** The horizontal and the vertical pass; one that would change nothing does nothing. */
function passesOf(
  image: RawImage,
  { width, height }: ResizeOptions,
  resample: Exclude<Resample, 'nearest'>,
  backend: ResizeBackend,
): { readonly narrow: Pass; readonly flatten: Pass } {
  const same: Pass = unchanged => unchanged;
  const isFloat = image.data instanceof Float32Array;
  const round = isFloat && backend === 'torchvision' ? Math.fround : undefined;
  const columns = antialiasedWindows(image.width, width, filters[resample], round);
  const rows = antialiasedWindows(image.height, height, filters[resample], round);
  const narrow: Pass = isFloat
    ? current => horizontalFloats(current as RawImage<Float32Array>, columns)
    : current => horizontalBytes(current as ByteImage, fixedPoint(columns, backend));
  const flatten: Pass = isFloat
    ? current => verticalFloats(current as RawImage<Float32Array>, rows)
    : current => verticalBytes(current as ByteImage, fixedPoint(rows, backend));
  return { narrow: width === image.width ? same : narrow, flatten: height === image.height ? same : flatten };
}
