import { change } from '@residual/inspect';
import type { Hook } from '@residual/layers';
import { softmax, type Tensor } from '@residual/tensor';

/**
 * Hooks that take the causal mask away: the softmax of each head is taken over all scores, also over those of later
 * tokens. They serve one run at a time.
 */
export function withoutMask(): Hook[] {
  let scores: Tensor;
  const path = 'decoder.layers.*.attention';
  return [
    change('withoutMask', `${path}.scores`, x => {
      scores = x;
      return x;
    }),
    change('withoutMask', `${path}.weights`, () => softmax(scores)),
  ];
}
