import {
  abs,
  div,
  equal,
  exp,
  expectOptions,
  expectValue,
  lessEqual,
  maximum,
  minimum,
  mul,
  ones,
  range,
  reshape,
  scalarMinus,
  sliceAxis,
  sub,
  sum,
  type Tensor,
  takeAlong,
  tensor,
  toFloat,
} from '@residual/tensor';
import { choose } from './choose.js';
import { logitRouter, type Router, type RouterOptions } from './router.js';

/** Settings of `sparseMixer`. */
export interface SparseMixerOptions extends Omit<RouterOptions, 'topK'> {
  /** Half the relative distance from the largest logit up to which others share in its softmax; 0.01 if absent. */
  readonly jitter?: number;
}

/**
 * The two largest logits. The weight of each is its probability in a softmax over the logits close to it; the second
 * one's leaves out the first: x [tokens, modelDim] to a routing (Liu et al. 2024; Phi-3.5-MoE). It is the mixer as it
 * runs at inference, without the sampling of its training. Needs: `weight` [experts, modelDim]. Taps as those of
 * `softmaxRouter`.
 */
export function sparseMixer(options: SparseMixerOptions): Router {
  expectOptions('sparseMixer', options, { modelDim: 1, experts: 1, jitter: 0 });
  const { jitter = 0.01 } = options;
  expectValue(jitter >= 0 && jitter < Infinity, 'sparseMixer', 'jitter', jitter, 'a number from 0');
  const settings = { modelDim: options.modelDim, experts: options.experts, topK: 2 };
  return logitRouter('sparseMixer', settings, {}, (logits, _, tapped) => {
    const chosen = tapped(choose(logits, settings, undefined));
    return { chosen, weights: shares(logits, chosen, jitter) };
  });
}

/** 1 / Σ exp(logit - largest) over the logits that are close to it, for both choices: [tokens, 2]. */
function shares(logits: Tensor, chosen: Tensor, jitter: number): Tensor {
  const [tokens, experts] = logits.shape as [number, number];
  const largest = reshape(takeAlong(logits, chosen), [tokens, 2, 1]);
  const all = reshape(logits, [tokens, 1, experts]);
  const distance = sub(largest, all); // [tokens, 2, experts]
  const isClose = toFloat(lessEqual(distance, mul(maximum(abs(all), largest), 2 * jitter)));
  const first = reshape(sliceAxis(chosen, 1, 0, 1), [tokens, 1, 1]);
  const isFirst = toFloat(equal(first, reshape(range(experts), [1, 1, experts])));
  const isOpen = scalarMinus(1, mul(isFirst, tensor([0, 1], [1, 2, 1]))); // to the second one
  const terms = mul(mul(exp(minimum(sub(all, largest), 0)), isClose), isOpen);
  return div(ones([tokens, 2]), sum(terms, { axis: 2 }));
}
