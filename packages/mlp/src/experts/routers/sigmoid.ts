import { add, expectOptions, sigmoid, takeAlong } from '@residual/tensor';
import { choose, type ExpertGroups, expectGroups, type WeightOptions, weightOptions, weightsOf } from './choose.js';
import { logitRouter, type Router, type RouterOptions, routerOptions } from './router.js';

/** Settings of `sigmoidRouter`. */
export interface SigmoidRouterOptions extends RouterOptions, WeightOptions {
  /** Whether a correction, which balances the experts, is added to the scores that choose; false if absent. */
  readonly correction?: boolean;
  /** The groups from which experts are chosen; all experts are open if absent. */
  readonly groups?: ExpertGroups | undefined;
}

/**
 * The k largest of the sigmoids of the logits, plus a correction that only chooses; their sigmoids are the weights,
 * divided by their sum unless `normalize` is false: x [tokens, modelDim] to a routing (Wang et al. 2024; DeepSeek V3,
 * GLM 4, dots.llm1, LFM2). Needs: `weight` [experts, modelDim] and `correction` [experts], which gets no gradient. Taps
 * as those of `softmaxRouter`.
 */
export function sigmoidRouter(options: SigmoidRouterOptions): Router {
  expectOptions('sigmoidRouter', options, { ...routerOptions, ...weightOptions, correction: 0, groups: 0 });
  expectGroups('sigmoidRouter', options.groups, options);
  return logitRouter('sigmoidRouter', options, options, (logits, { correction }, tapped) => {
    const scores = sigmoid(logits);
    const chosen = tapped(choose(correction ? add(scores, correction) : scores, options, options.groups));
    return { chosen, weights: weightsOf(takeAlong(scores, chosen), options) };
  });
}

/**
 * The k largest logits, whose sigmoids scale the inputs of the experts: x [tokens, modelDim] to a routing (Llama 4).
 * Needs: `weight` [experts, modelDim]. Taps: `logits`, `chosen` and `inputWeights` [tokens, topK].
 */
export function sigmoidInputRouter(options: RouterOptions): Router {
  expectOptions('sigmoidInputRouter', options, routerOptions);
  return logitRouter('sigmoidInputRouter', options, {}, (logits, _, tapped) => {
    const chosen = tapped(choose(logits, options, undefined));
    return { chosen, inputWeights: sigmoid(takeAlong(logits, chosen)) };
  });
}
