import { keyRange, memoryMask, relativeVectors, sharedBias } from '@residual/attention';
import { outputPosition, type Scope, slot, stepPositions } from '@residual/layers';
import { recompute, type Tensor } from '@residual/tensor';

/**
 * The slot for whether the blocks of stacks keep nothing for the backward pass and are computed again there (Chen et
 * al. 2016).
 */
export const recomputeBlocks = /* @__PURE__ */ slot<boolean>('recomputeBlocks');

/**
 * Runs one block, with recomputation in the backward pass if the scope asks for it and no one listens to its tensors:
 * a listener would hear each twice. Tensors in the scope are kept until then.
 */
export function runBlock<Input>(
  block: (weights: unknown, input: Input, scope: Scope) => Tensor,
  weights: unknown,
  input: Input,
  scope: Scope,
): Tensor {
  if (!scope.get(recomputeBlocks) || scope.hasTaps) return block(weights, input, scope);
  const slots = [sharedBias, stepPositions, keyRange, memoryMask, relativeVectors, outputPosition].map(slot =>
    scope.get<unknown>(slot),
  );
  return recompute(
    ({ weights, input, slots: [bias, positions, range, memoryRange, relative, output] }) =>
      block(
        weights,
        input,
        scope
          .with<unknown>(sharedBias, bias)
          .with<unknown>(stepPositions, positions)
          .with<unknown>(keyRange, range)
          .with<unknown>(memoryMask, memoryRange)
          .with<unknown>(relativeVectors, relative)
          .with<unknown>(outputPosition, output),
      ),
    { weights, input, slots },
  );
}
