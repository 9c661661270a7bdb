import { flatten, type HasNeeds, init, unflatten, type Weights, weightNeeds } from '@residual/layers';
import { mul, type Tensor } from '@residual/tensor';
import { glorotDeviation } from '../glorot-deviation.js';

/**
 * New weights whose matrices keep the size of what goes through them. With a deviation of 0.02, which suits models of a
 * thousand wide, a narrow one hardly hears its input.
 */
export function initialWeights<N>(layer: HasNeeds<N>, seed: number): Weights<N> {
  const leaves = new Map(flatten(layer, init(layer, { seed })));
  for (const { path, need } of weightNeeds(layer)) {
    if (need.kind !== 'matrix' || need.role === 'position' || need.initializer.kind !== 'normal') continue;
    const small = leaves.get(path) as Tensor;
    leaves.set(path, mul(small, glorotDeviation(need.shape) / need.initializer.std));
    small.dispose();
  }
  return unflatten(layer, leaves);
}
