import { expectInteger, expectOptions, expectValue, ResidualError, type Tensor, tensor, tidy } from '@residual/tensor';
import type { ByteImage } from '@residual/vision';
import { expectSignal } from '../arguments.js';
import type { LoadedModel } from '../loaded-model.js';
import { type BoundImageTokenizer, imageTokenizerOf } from '../model-kind.js';
import { type ImageInput, type ImageOptions, type ProcessedImages, readImages } from './image-pass.js';

/** A picture as codes. */
export interface ImageCodes {
  /** Row by row; -1 is a code that is not known. */
  readonly codes: Int32Array;
  readonly rows: number;
  readonly columns: number;
}

/** The options of `decodeImage`. */
export interface DecodeImageOptions {
  /** Ends the call before it starts. */
  readonly signal?: AbortSignal;
}

/** The codes of pictures, read in batches. Throws for a model that does not turn pictures into codes. */
export async function encodeImages(
  model: LoadedModel,
  images: readonly ImageInput[] | ProcessedImages,
  options: ImageOptions,
): Promise<readonly ImageCodes[]> {
  model.check();
  const { imageSize, grid } = imageTokenizerOf('encodeImage', model);
  const rows = await readImages('encodeImage', model, images, options, ({ pixels }, scope) => {
    const [, height, width] = pixels.shape as readonly [number, number, number, number];
    if (height !== imageSize.height || width !== imageSize.width)
      throw new ResidualError(
        'image',
        `encodeImage: pictures are ${width} x ${height} px; this model reads ${imageSize.width} x ${imageSize.height}`,
      );
    const { layer, weights } = imageTokenizerOf('encodeImage', model);
    return layer.encode(weights, pixels, scope);
  });
  return rows.map(codes => ({ codes: Int32Array.from(codes), ...grid }));
}

/**
 * The picture of codes, row by row, where -1 is one that is not known. Throws for a model without an image tokenizer,
 * and for codes that do not fit.
 */
export async function decodeImageOf(
  model: LoadedModel,
  codes: ArrayLike<number>,
  options: DecodeImageOptions,
): Promise<ByteImage> {
  model.check();
  expectOptions('decodeImage', options, { signal: 0 });
  expectSignal('decodeImage', options.signal);
  const bound = imageTokenizerOf('decodeImage', model);
  expectCodes('decodeImage', codes, bound);
  await model.yieldTurn(options.signal);
  return drawCodes(model, codes);
}

/** Throws unless codes are those of a whole picture. */
export function expectCodes(caller: string, codes: ArrayLike<number>, { layer, grid }: BoundImageTokenizer): void {
  const isList = Array.isArray(codes) || ArrayBuffer.isView(codes);
  expectValue(isList, caller, 'codes', codes, 'a list of numbers');
  const count = grid.rows * grid.columns;
  if (codes.length !== count)
    throw new ResidualError(
      'range',
      `${caller}: ${codes.length} codes are given; a picture has ${count}, ${grid.rows} rows of ${grid.columns}`,
    );
  for (let i = 0; i < count; i++) expectInteger(caller, `code ${i}`, codes[i], { min: -1, max: layer.codes - 1 });
}

/** The picture of codes that fit the model. */
export async function drawCodes(model: LoadedModel, codes: ArrayLike<number>): Promise<ByteImage> {
  const { layer, weights, grid, imageSize } = imageTokenizerOf('decodeImage', model);
  const pixels: Tensor = tidy(() =>
    layer.decode(weights, tensor(Int32Array.from(codes), [1, grid.rows, grid.columns], 'int32')),
  );
  try {
    const values = (await pixels.data()) as Float32Array;
    // Uint8ClampedArray rounds and clamps.
    const data = Uint8ClampedArray.from(values, value => 127.5 * (value + 1));
    return { ...imageSize, channels: 3, data };
  } finally {
    pixels.dispose();
  }
}
