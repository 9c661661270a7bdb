import { gather, type Tensor } from '@residual/tensor';
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
