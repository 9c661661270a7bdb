import { expectOptions, softmax, takeAlong } from '@residual/tensor';
import { choose, type ExpertGroups, expectGroups, type WeightOptions, weightOptions, weightsOf } from './choose.js';
import { logitRouter, type Router, type RouterOptions, routerOptions } from './router.js';

/** Settings of `softmaxRouter`. */
export interface SoftmaxRouterOptions extends RouterOptions, WeightOptions {
  /** The groups from which experts are chosen; all experts are open if absent. */
  readonly groups?: ExpertGroups | undefined;
}

/**
 * The k largest of the softmax over all experts, whose probabilities are the weights, divided by their sum unless
 * `normalize` is false: x [tokens, modelDim] to a routing (Shazeer et al. 2017; Mixtral, Qwen, OLMoE, Jamba, DeepSeek
 * V2). Needs: `weight` [experts, modelDim]. Taps: `logits` [tokens, experts], `chosen` and `weights` [tokens, topK].
 */
export function softmaxRouter(options: SoftmaxRouterOptions): Router {
  expectOptions('softmaxRouter', options, { ...routerOptions, ...weightOptions, groups: 0 });
  expectGroups('softmaxRouter', options.groups, options);
  return logitRouter('softmaxRouter', options, {}, (logits, _, tapped) => {
    const scores = softmax(logits);
    const chosen = tapped(choose(scores, options, options.groups));
    return { chosen, weights: weightsOf(takeAlong(scores, chosen), options) };
  });
}

/** Settings of `topKSoftmaxRouter`. */
export interface TopKSoftmaxRouterOptions extends RouterOptions {
  /** Whether a bias is added to the logits; false if absent. */
  readonly bias?: boolean;
}

/**
 * The k largest logits, and the softmax over them as weights: x [tokens, modelDim] to a routing (gpt-oss, Granite).
 * Needs: `weight` [experts, modelDim] and `bias` [experts]. Taps as those of `softmaxRouter`.
 */
export function topKSoftmaxRouter(options: TopKSoftmaxRouterOptions): Router {
  expectOptions('topKSoftmaxRouter', options, { ...routerOptions, bias: 0 });
  return logitRouter('topKSoftmaxRouter', options, options, (logits, _, tapped) => {
    const chosen = tapped(choose(logits, options, undefined));
    return { chosen, weights: softmax(takeAlong(logits, chosen)) };
  });
}
