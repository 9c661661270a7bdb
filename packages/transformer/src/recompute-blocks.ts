import { keyRange, memoryMask, sharedBias } from '@residual/attention';
import { type AnyLayer, type Scope, slot, stepPositions } from '@residual/layers';
import { recompute, type Tensor } from '@residual/tensor';

/** The slot that says whether the blocks of stacks keep nothing for the backward pass and are computed again there: less memory for more time. */
export const recomputeBlocks = /* @__PURE__ */ slot<boolean>('recomputeBlocks');

/** One block: as it is, or recomputed where the scope asks for that. What the scope holds in tensors is kept until then. */
export function runBlock<Input>(block: AnyLayer<Input, Tensor>, weights: unknown, input: Input, scope: Scope): Tensor {
  if (!scope.get(recomputeBlocks)) return block(weights, input, scope);
  const held = [sharedBias, stepPositions, keyRange, memoryMask].map(slot => scope.get<unknown>(slot));
  return recompute(
    ({ weights, input, held: [bias, at, own, memory] }) =>
      block(
        weights,
        input,
        scope
          .with<unknown>(sharedBias, bias)
          .with<unknown>(stepPositions, at)
          .with<unknown>(keyRange, own)
          .with<unknown>(memoryMask, memory),
      ),
    { weights, input, held },
  );
}
