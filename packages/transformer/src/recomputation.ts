import { sharedBias } from '@residual/attention';
import { type AnyLayer, type Scope, slot } from '@residual/layers';
import { recompute, type Tensor } from '@residual/tensor';

/** The slot that says whether the blocks of stacks keep nothing for the backward pass and are computed again there: less memory for more time. */
export const recomputeBlocks = /* @__PURE__ */ slot<boolean>('recomputeBlocks');

/** One block: as it is, or recomputed where the scope asks for that. */
export function runBlock<Input>(block: AnyLayer<Input, Tensor>, weights: unknown, input: Input, scope: Scope): Tensor {
  if (!scope.get(recomputeBlocks)) return block(weights, input, scope);
  return recompute(({ weights, input, bias }) => block(weights, input, scope.with(sharedBias, bias)), {
    weights,
    input,
    bias: scope.get(sharedBias),
  });
}
