import { emptyScope, type Scope } from '@residual/layers';
import { ResidualError, type Tensor, tidy } from '@residual/tensor';
import type { ImageInputs } from '@residual/transformer';
import type { ByteImage, ImageProcessor, ImageSource, PatchValues, PixelValues } from '@residual/vision';
import type { LoadedModel } from '../loaded-model.js';
import { preprocessorConfig } from '../preprocessor-config.js';
import { expectReadOptions, type ReadOptions, readBatches } from '../read-batches.js';
import { channelsLast, patchInputs } from './pixel-values.js';

/** A picture: an image in memory of `@residual/vision`, the bytes of a file, or what a page has. */
export type ImageInput = ByteImage | ImageSource;

/** Pictures as image processors of `@residual/vision` give them, for a model without one of its own. */
export type ProcessedImages = PixelValues | PatchValues;

/** The options of every method that reads pictures. */
export interface ImageOptions extends ReadOptions {
  /** How many pictures are read at once; default 8. */
  readonly batch?: number;
}

/** How many pictures are read at once if `batch` is absent. */
const imagesAtOnce = 8;

/** Whether pictures are processed already. */
export function areProcessed(images: unknown): images is ProcessedImages {
  const kind = (images as Partial<ProcessedImages> | null)?.kind;
  return kind === 'pixels' || kind === 'patches';
}

/** A picture or several as a list, or processed ones as they are. Throws for an empty list. */
export function imageList(
  caller: string,
  images: ImageInput | readonly ImageInput[] | ProcessedImages,
): readonly ImageInput[] | ProcessedImages {
  if (areProcessed(images)) return images;
  const list: readonly ImageInput[] = Array.isArray(images) ? images : [images as ImageInput];
  if (list.length > 0) return list;
  throw new ResidualError('image', `${caller}: there are no pictures`);
}

/** Processed pictures with the scope in which a model reads them; the tensors belong to the caller's tidy. */
export type ReadBatch = (inputs: ImageInputs, scope: Scope) => Tensor;

/**
 * What `run` gives for pictures, [batch, ...] for each batch: the rows of its output, in the order of the pictures.
 * Files are decoded and processed as the checkpoint's preprocessor says, one batch at a time.
 */
export async function readImages(
  caller: string,
  model: LoadedModel,
  images: readonly ImageInput[] | ProcessedImages,
  options: ImageOptions,
  run: ReadBatch,
): Promise<Float32Array[]> {
  expectReadOptions(caller, options);
  const { batch = imagesAtOnce } = options;
  const total = areProcessed(images) ? images.shape[0] : images.length;
  const processor = areProcessed(images) ? undefined : await processorOf(caller, model);
  return readBatches(model, [...Array(total).keys()], { ...options, batch }, async indices => {
    const [from, to] = [indices[0]!, indices.at(-1)! + 1];
    const values = areProcessed(images)
      ? rowsOf(images, from, to)
      : processor!.process(await Promise.all(images.slice(from, to).map(imageOf)));
    model.check(); // it may have been disposed while files were read
    return runProcessed(values, run);
  });
}

/** Runs a model on processed pictures. */
export function runProcessed(values: ProcessedImages, run: ReadBatch, outer: Scope = emptyScope): Tensor {
  return tidy(() => {
    if (values.kind === 'pixels') return run({ pixels: channelsLast(values) }, outer);
    const { inputs, scope } = patchInputs(values, outer);
    return run(inputs, scope);
  });
}

/** A picture in memory; files are decoded. */
export async function imageOf(image: ImageInput): Promise<ByteImage> {
  if ('channels' in (image as object)) return image as ByteImage;
  const { readImage } = await import('@residual/vision'); // as above
  return readImage(image as ImageSource);
}

/** The processor of the checkpoint. Throws if it has no `preprocessor_config.json`. */
export async function processorOf(caller: string, model: LoadedModel): Promise<ImageProcessor> {
  const config = preprocessorConfig(model);
  if (!config)
    throw new ResidualError(
      'files',
      `${caller}: this checkpoint has no preprocessor_config.json, which says how pictures become pixel values; ` +
        'give what an imageProcessor of @residual/vision returns',
    );
  const { imageProcessor } = await import('@residual/vision'); // most models read no pictures
  const { model_type: type } = model.parts.config;
  return imageProcessor(config, { modelType: typeof type === 'string' ? type : undefined });
}

/** Some rows of processed pictures. */
function rowsOf(images: ProcessedImages, from: number, to: number): ProcessedImages {
  const part = <Values extends Float32Array | Int32Array>(values: Values) => {
    const size = values.length / images.shape[0];
    return values.subarray(from * size, to * size) as Values;
  };
  const [, ...rest] = images.shape;
  const shape = [to - from, ...rest] as never;
  if (images.kind === 'pixels') return { ...images, shape, data: part(images.data) };
  const { attentionMask, spatialShapes } = images;
  return {
    ...images,
    shape,
    data: part(images.data),
    attentionMask: part(attentionMask),
    spatialShapes: part(spatialShapes),
  };
}
