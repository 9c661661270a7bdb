import { normalValues } from '@residual/base';
import { type HasNeeds, weightNeeds } from '@residual/layers';
import { glorotDeviation } from '../glorot-deviation.js';
import { replaceLeaf } from '../replace-leaf.js';

/**
 * Makes the matrices of a new model keep the size of what goes through them. The rows of its tokens have the deviation
 * 0.3.
 */
export function initialWeights(
  { layer, weights }: { readonly layer: HasNeeds<unknown>; readonly weights: unknown },
  seed: number,
): void {
  for (const { path, need } of weightNeeds(layer)) {
    if (need.kind !== 'matrix') continue;
    const [output, input] = need.shape as readonly [number, number];
    const deviation = path === 'embedding.weight' ? 0.3 : glorotDeviation(need.shape);
    const values = normalValues(seed, path, output * input).map(value => value * deviation);
    replaceLeaf(weights, path, values);
  }
}
