import { Cache } from '@residual/attention';
import type { Scope } from '@residual/layers';
import type { CacheForm, Tensor } from '@residual/tensor';
import type { TokenBatch } from '../data/token-batch.js';
import type { Objective } from '../loop/objective.js';

/**
 * An objective of a language model whose attention reads keys and values from a cache of a form, as generation does:
 * for `evaluate`, which then measures what the form costs. In packed forms keys and values have no gradient.
 */
export function throughCache<Tree>(
  objective: Objective<Tree, TokenBatch>,
  form: CacheForm,
): Objective<Tree, TokenBatch> {
  const loss = (weights: Tree, batch: TokenBatch, scope: Scope): Tensor => {
    const { length } = batch;
    const cache = new Cache({ maxPositions: length, initialCapacity: length, form });
    try {
      return cache.step(length, inner => objective.loss(weights, batch, inner), scope);
    } finally {
      cache.dispose();
    }
  };
  return { ...objective, loss };
}
