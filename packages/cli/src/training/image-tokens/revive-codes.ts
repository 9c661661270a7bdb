import { tidy } from '@residual/tensor';
import { codeUsage } from '@residual/train';
import { Draws } from '../draws.js';
import type { LabelledPicture } from '../images/split.js';
import { replaceLeaf } from '../replace-leaf.js';
import { pixelBatch } from './batches.js';
import { type ImageTokenizerModel, pixelTensor } from './objective.js';
import { randomChange } from './write-picture.js';

/** How many pictures are looked at. */
const picturesAtOnce = 256;

/**
 * Replaces the codes that none of 256 training pictures uses by vectors of those pictures. Which ones depends on the
 * weights, the seed and the step alone, so that a run that is resumed goes on as it would have. Returns how many.
 */
export async function reviveCodes(
  { layer, weights }: ImageTokenizerModel,
  pictures: readonly LabelledPicture[],
  { size, seed, step }: { readonly size: number; readonly seed: number; readonly step: number },
): Promise<number> {
  const draws = new Draws(seed, 'revive-codes', step);
  const chosen = Array.from({ length: Math.min(picturesAtOnce, pictures.length) }, () => draws.pick(pictures));
  const [vectors, codes] = tidy(() => {
    const batch = pixelBatch(chosen, size, () => randomChange(draws));
    const { vectors, codes } = layer.quantize(weights, pixelTensor(batch));
    return [vectors, codes];
  });
  const values = (await vectors.data()) as Float32Array;
  const usage = codeUsage((await codes.data()) as Int32Array, layer.codes);
  const dim = vectors.shape.at(-1)!;
  for (const x of [vectors, codes]) x.dispose();
  const codebook = weights.quantizer.codebook;
  const next = Float32Array.from((await codebook.data()) as Float32Array);
  let revived = 0;
  for (const [code, count] of usage.counts.entries()) {
    if (count > 0) continue;
    const row = Math.floor(draws.uniform() * (values.length / dim));
    next.set(values.subarray(row * dim, (row + 1) * dim), code * dim);
    revived++;
  }
  if (revived > 0) replaceLeaf(weights, 'quantizer.codebook', next);
  return revived;
}
