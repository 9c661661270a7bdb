import { flatten, type HasNeeds, init, unflatten, type Weights, weightNeeds } from '@residual/layers';
import { mul, type Tensor } from '@residual/tensor';

/**
 * New weights whose matrices keep the size of what goes through them: the deviation is √(2 / (in + out)) (Glorot and
 * Bengio 2010). With 0.02, which suits models of a thousand wide, a narrow one hardly hears its input.
 */
export function initialWeights<N>(layer: HasNeeds<N>, seed: number): Weights<N> {
  const leaves = new Map(flatten(layer, init(layer, { seed })));
  for (const { path, need } of weightNeeds(layer)) {
    if (need.kind !== 'matrix' || need.role === 'position' || need.initializer.kind !== 'normal') continue;
    const [output, input] = need.shape as readonly [number, number];
    const small = leaves.get(path) as Tensor;
    leaves.set(path, mul(small, Math.sqrt(2 / (input + output)) / need.initializer.std));
    small.dispose();
  }
  return unflatten(layer, leaves);
}
