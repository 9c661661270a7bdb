import { emptyScope, type Scope } from '@residual/layers';
import { expectInteger, expectOptions, ResidualError, type Tensor, tidy } from '@residual/tensor';
import type { ImageInputs } from '@residual/transformer';
import type { ByteImage, ImageProcessor, ImageSource, PatchValues, PixelValues } from '@residual/vision';
import { expectFunction, expectSignal } from '../arguments.js';
import type { LoadedModel } from '../loaded-model.js';
import { channelsLast, patchInputs } from './pixel-values.js';

/** A picture: an image in memory of `@residual/vision`, the bytes of a file, or what a page has. */
export type ImageInput = ByteImage | ImageSource;

/** Pictures as image processors of `@residual/vision` give them, for a model without one of its own. */
export type ProcessedImages = PixelValues | PatchValues;

/** The options of every method that reads pictures. */
export interface ImageOptions {
  /** How many pictures are read at once; default 8. */
  readonly batch?: number;
  /** Ends the call before the next batch. */
  readonly signal?: AbortSignal;
  /** Called after each batch, with the number of pictures done. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/** Throws for an option of the wrong type, or one that does not exist; `more` are those of one method. */
export function expectImageOptions(
  caller: string,
  options: ImageOptions,
  more: Readonly<Record<string, 0>> = {},
): { readonly batch: number } {
  expectOptions(caller, options, { batch: 0, signal: 0, onProgress: 0, ...more } as never);
  const { batch = 8, signal, onProgress } = options;
  expectInteger(caller, 'batch', batch, { min: 1 });
  expectSignal(caller, signal);
  expectFunction(caller, 'onProgress', onProgress);
  return { batch };
}

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
  const { batch } = expectImageOptions(caller, options);
  const { signal, onProgress } = options;
  const total = areProcessed(images) ? images.shape[0] : images.length;
  const processor = areProcessed(images) ? undefined : await processorOf(caller, model);
  const rows: Float32Array[] = [];
  for (let from = 0; from < total; from += batch) {
    await model.yieldTurn(signal);
    const to = Math.min(from + batch, total);
    const values = areProcessed(images)
      ? rowsOf(images, from, to)
      : processor!.process(await Promise.all(images.slice(from, to).map(imageOf)));
    model.check(); // it may have been disposed while files were read
    const output = runProcessed(values, run);
    try {
      const data = (await output.data()) as Float32Array;
      const size = data.length / (to - from);
      for (let i = 0; i < to - from; i++) rows.push(data.slice(i * size, (i + 1) * size));
    } finally {
      output.dispose();
    }
    onProgress?.({ done: to, total });
  }
  return rows;
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
  const { readImage } = await import('@residual/vision'); // most models read no pictures
  return readImage(image as ImageSource);
}

/** The processor of the checkpoint. Throws if it has no `preprocessor_config.json`. */
export async function processorOf(caller: string, { parts }: LoadedModel): Promise<ImageProcessor> {
  const { texts, config } = parts;
  const text = texts['preprocessor_config.json'] ?? texts['processor_config.json'];
  if (text === undefined)
    throw new ResidualError(
      'files',
      `${caller}: this checkpoint has no preprocessor_config.json, which says how pictures become pixel values; ` +
        'give what an imageProcessor of @residual/vision returns',
    );
  const { imageProcessor } = await import('@residual/vision'); // as above
  const modelType = typeof config.model_type === 'string' ? config.model_type : undefined;
  return imageProcessor(parsed(text), { modelType });
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    throw new Error('it is not an object');
  } catch (cause) {
    throw new ResidualError('files', `preprocessor_config.json: ${(cause as Error).message}`, { cause });
  }
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
