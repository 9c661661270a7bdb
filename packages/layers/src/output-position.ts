import { add, gather, type Tensor } from '@residual/tensor';
import { keyRange } from './key-range.js';
import { stepPositions, stepPositionsOf } from './position-encoding.js';
import { type Scope, slot } from './scope.js';

/**
 * The slot for the only position whose output is needed, an index into the length, int32 [1]. Only layers with
 * `about.selectsPosition` may find it in their scope; they return [batch, 1, modelDim], and all positions without it.
 */
export const outputPosition = /* @__PURE__ */ slot<Tensor>('outputPosition');

/** The position whose output is needed, of x [batch, length, dim]: [batch, 1, dim]; x itself if all are needed. */
export function selectOutputPosition(x: Tensor, scope: Scope): Tensor {
  const position = scope.get(outputPosition);
  return position ? gather(x, position, 1) : x;
}

/**
 * The scope of the outputs of a layer on x [batch, length, dim], such as the queries of an attention: `stepPositions`
 * and the position in `keyRange` are those of the only position that is needed. The scope itself if all are needed.
 */
export function outputScope(x: Tensor, scope: Scope): Scope {
  const position = scope.get(outputPosition);
  if (!position) return scope;
  const positions = stepPositionsOf(scope, x.shape[1]!);
  const range = scope.get(keyRange);
  return scope
    .with(stepPositions, { ...positions, positionIds: gather(positions.positionIds, position, 1) })
    .with(keyRange, { ...range, position: range?.position ? add(range.position, position) : position });
}
