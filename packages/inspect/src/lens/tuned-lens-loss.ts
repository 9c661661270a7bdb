import type { Weights } from '@residual/layers';
import { add, mul } from '@residual/tensor';
import type { Objective } from '@residual/train';
import type { BoundLayer } from '../bound-layer.js';
import { divergence, type LensBatch, tokensOf, withStreams } from './divergence.js';
import { type Translators, translatorsOf } from './tuned-lens.js';

/**
 * The objective of a tuned lens for `train`: the mean over tokens and layers of the Kullback-Leibler divergence from
 * the model's own distribution to that of the lens, in nats (Belrose et al. 2023). The model runs without dropout and
 * does not change. A language model takes batches such as `randomWindows` makes, an encoder-decoder `pairBatches`.
 */
export function tunedLensLoss(model: BoundLayer): Objective<Weights<Translators>, LensBatch> {
  const translators = translatorsOf('tunedLensLoss', model);
  return {
    tokens: batch => tokensOf(model, batch),
    loss: (weights, batch) =>
      withStreams('tunedLensLoss', model, batch, run => {
        const losses = run.streams.map((stream, depth) =>
          divergence(run, stream, (w, x) => translators(w, { stream: x, depth }), weights),
        );
        return mul(losses.reduce(add), 1 / losses.length);
      }),
  };
}
