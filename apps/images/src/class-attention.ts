import type { ByteImage } from '@residual/vision';
import type { Session } from './session.js';

/** How much the class token attends to each patch in the last block, [rows, columns], the mean of its heads. */
export interface ClassAttention {
  readonly rows: number;
  readonly columns: number;
  readonly weights: Float32Array;
}

/** Reads it from a model with patches and a class token; undefined for another one. */
export async function classAttention(
  { model }: Pick<Session, 'model'>,
  image: ByteImage,
  signal: AbortSignal,
): Promise<ClassAttention | undefined> {
  const { grid, prefix } = await model.forwardImage(image, { signal });
  const patches = grid.rows * grid.columns;
  if (patches === 0 || prefix === 0) return undefined;
  const { taps } = await model.forwardImage(image, { taps: ['image.encoder.layers.*.attention.weights'], signal });
  const last = Object.values(taps).at(-1)!;
  const [heads, , keyLen] = last.shape as [number, number, number];
  const weights = new Float32Array(patches);
  for (let head = 0; head < heads; head++)
    for (let patch = 0; patch < patches; patch++)
      weights[patch]! += last.data[head * keyLen * keyLen + prefix + patch]! / heads;
  return { ...grid, weights };
}
