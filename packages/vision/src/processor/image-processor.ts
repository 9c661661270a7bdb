import { ResidualError } from '@residual/base';
import { centerCrop } from '../crop.js';
import { mapPixels } from '../pixel-values.js';
import { type ByteImage, expectBytes, type RawImage } from '../raw-image.js';
import { resize } from '../resize/resize.js';
import { toRgb } from '../to-rgb.js';
import type { ConfigFields } from './fields.js';
import { patchesOf } from './patches.js';
import { type ImageProcessorOptions, type ProcessorSettings, readSettings } from './settings.js';
import { type Size, sizeAfterResize, sizeForPatches } from './target-size.js';

/** Images as a model reads them. */
export interface PixelValues {
  readonly kind: 'pixels';
  /** [batch, 3, height, width]. */
  readonly shape: readonly [batch: number, channels: number, height: number, width: number];
  readonly data: Float32Array;
}

/** Images of many shapes as lists of patches, each as long as the longest may be. */
export interface PatchValues {
  readonly kind: 'patches';
  /** [batch, patches, patchSize · patchSize · 3]. */
  readonly shape: readonly [batch: number, patches: number, values: number];
  readonly data: Float32Array;
  /** [batch, patches]: 1 for a patch, 0 for padding. */
  readonly attentionMask: Int32Array;
  /** [batch, 2]: rows and columns of patches. */
  readonly spatialShapes: Int32Array;
}

/** Turns images into the input of a model. */
export interface ImageProcessor {
  /** The name of the reference's class, such as `CLIPImageProcessor`. */
  readonly type: string;
  /** What the config says. */
  readonly settings: ProcessorSettings;
  /** Processes one image or several; all must get the same size. Errors with code `image`. */
  process(images: ByteImage | readonly ByteImage[]): PixelValues | PatchValues;
}

/** The most values of a batch, and of an image of it. */
const maxValues = { batch: 2 ** 29, image: 3 * 2 ** 23 };

const caller = 'imageProcessor';

/**
 * The processor that a `preprocessor_config.json` describes (or a `processor_config.json`): resizing, cropping,
 * scaling and normalizing with the numbers of the reference's class, whose defaults fill what the config leaves out.
 * Errors with code `config` if a field is not understood that could change pixel values.
 */
export function imageProcessor(config: ConfigFields, options: ImageProcessorOptions = {}): ImageProcessor {
  const settings = readSettings(config, options);
  return {
    type: settings.type,
    settings,
    process: images => {
      const list = 'data' in images ? [images] : images;
      if (list.length === 0) throw new ResidualError('image', `${caller}: there are no images`);
      return settings.patches ? batchOfPatches(list, settings, settings.patches) : batchOfPixels(list, settings);
    },
  };
}

function batchOfPixels(images: readonly ByteImage[], settings: ProcessorSettings): PixelValues {
  const { doPad, padSize } = settings;
  const sizes = images.map((image, index) => sizeOf(rgbOf(image, index, settings), settings));
  const largest = (side: 'width' | 'height') => Math.max(...sizes.map(size => size[side]));
  const { width, height } = (doPad && padSize) || { width: largest('width'), height: largest('height') };
  expectRoom(images.length, 3 * width * height);
  const data = new Float32Array(images.length * 3 * width * height);
  for (const [index, image] of images.entries()) {
    const size = sizes[index]!;
    const isSame = size.width === width && size.height === height;
    if (!isSame && (!doPad || size.width > width || size.height > height))
      throw new ResidualError(
        'image',
        `${caller}: image ${index} gets ${size.width} x ${size.height} pixels; ${width} x ${height} ` +
          `${doPad ? 'would fit' : 'is that of another one, and a batch has one size'}`,
      );
    const place = data.subarray(index * 3 * width * height, (index + 1) * 3 * width * height);
    const rgb = resized(rgbOf(image, index, settings), settings);
    if (isSame) writeFloats(rgb, settings, 'chw', place);
    else {
      const values = new Float32Array(3 * size.width * size.height);
      writeFloats(rgb, settings, 'chw', values);
      for (let row = 0; row < 3 * size.height; row++) {
        const to = (Math.floor(row / size.height) * height + (row % size.height)) * width;
        place.set(values.subarray(row * size.width, (row + 1) * size.width), to);
      }
    }
  }
  return { kind: 'pixels', shape: [images.length, 3, height, width], data };
}

function batchOfPatches(
  images: readonly ByteImage[],
  settings: ProcessorSettings,
  { size, max, doResize }: NonNullable<ProcessorSettings['patches']>,
): PatchValues {
  const { resample, backend } = settings;
  const length = size * size * 3;
  expectRoom(images.length, max * length);
  const data = new Float32Array(images.length * max * length);
  const attentionMask = new Int32Array(images.length * max);
  const spatialShapes = new Int32Array(images.length * 2);
  for (const [index, image] of images.entries()) {
    const rgb = rgbOf(image, index, settings);
    const resizedImage = doResize ? resize(rgb, { ...sizeForPatches(rgb, size, max), resample, backend }) : rgb;
    const shape = [Math.floor(resizedImage.height / size), Math.floor(resizedImage.width / size)] as const;
    const count = shape[0] * shape[1];
    if (count > max)
      throw new ResidualError('image', `${caller}: image ${index} has ${count} patches; max_num_patches is ${max}`);
    const values = new Float32Array(resizedImage.data.length);
    writeFloats(resizedImage, settings, 'hwc', values);
    data.set(patchesOf(values, resizedImage, size), index * max * length);
    attentionMask.fill(1, index * max, index * max + count);
    spatialShapes.set(shape, index * 2);
  }
  return { kind: 'patches', shape: [images.length, max, length], data, attentionMask, spatialShapes };
}

function expectRoom(batch: number, values: number): void {
  if (values > maxValues.image)
    throw new ResidualError('image', `${caller}: an image would get ${values} values; at most ${maxValues.image} fit`);
  if (batch * values > maxValues.batch)
    throw new ResidualError(
      'image',
      `${caller}: ${batch} images of ${values} values are ${batch * values}; a batch has at most ${maxValues.batch}`,
    );
}

/** An image with three channels; the reference refuses others unless `do_convert_rgb` says so. */
function rgbOf(image: ByteImage, index: number, { type, doConvertRgb }: ProcessorSettings): ByteImage {
  expectBytes(caller, image);
  if (image.channels === 3) return image;
  if (doConvertRgb) return toRgb(image, { alpha: 'white' });
  throw new ResidualError(
    'image',
    `${caller}: image ${index} has ${image.channels} channels; ${type} takes 3, and toRgb gives them`,
  );
}

/** The size of an image after resizing and cropping. */
function sizeOf(image: Size, { size, cropSize }: ProcessorSettings): Size {
  return cropSize ?? (size ? sizeAfterResize(image, size) : { width: image.width, height: image.height });
}

/** An image of its size for the model: bytes, or floats where samples are scaled first. */
function resized(image: ByteImage, { size, cropSize, resample, backend, ...settings }: ProcessorSettings): RawImage {
  const scaled = settings.isScaledFirst ? scaledImage(image, settings.scale) : image;
  const target = size && sizeAfterResize(image, size);
  if (target && (target.width < 1 || target.height < 1))
    throw new ResidualError(
      'image',
      `${caller}: an image of ${image.width} x ${image.height} would get ${target.width} x ${target.height} pixels`,
    );
  const other = target ? resize<RawImage['data']>(scaled, { ...target, resample, backend }) : scaled;
  return cropSize ? centerCrop(other, { ...cropSize, backend }) : other;
}

function scaledImage(image: ByteImage, scale = 1): RawImage<Float32Array> {
  const factor = Math.fround(scale);
  const data = new Float32Array(image.data.length);
  mapPixels(image, x => x * factor, 'hwc', data);
  return { ...image, data };
}

/** Writes samples scaled and normalized, each step rounded to float32 as the backend does. */
function writeFloats(
  image: RawImage,
  { backend, scale = 1, normalize, isScaledFirst }: ProcessorSettings,
  layout: 'chw' | 'hwc',
  result: Float32Array,
): void {
  const f = Math.fround;
  const isFused = backend === 'torchvision' && !isScaledFirst;
  if (!normalize) {
    const factor = isScaledFirst ? 1 : isFused ? f(scale) : scale;
    mapPixels(image, x => x * factor, layout, result);
    return;
  }
  // torchvision scales mean and std instead of each sample
  const inverse = isFused ? f(1 / scale) : 1;
  const [means, stds] = [normalize.mean, normalize.std].map(values => values.map(x => f(f(x) * inverse)));
  const factor = isFused || isScaledFirst ? 1 : scale;
  mapPixels(image, (x, channel) => f(f(f(x * factor) - means![channel]!) / stds![channel]!), layout, result);
}
