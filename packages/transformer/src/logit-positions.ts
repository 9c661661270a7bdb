import { type Scope, slot } from '@residual/layers';
import { gather, type Tensor } from '@residual/tensor';

/** Which positions get logits, int32 [rows]; all if the slot is empty. Prediction needs only the last one. */
export const logitPositions = /* @__PURE__ */ slot<Tensor>('logitPositions');

/** The positions of x [batch, length, modelDim] that get logits: [batch, rows, modelDim]. */
export function selectLogitPositions(x: Tensor, scope: Scope): Tensor {
  const rows = scope.get(logitPositions);
  const isOnlyPosition = x.shape[1] === 1 && rows?.shape[0] === 1; // the last position is the only one
  return !rows || isOnlyPosition ? x : gather(x, rows, 1);
}
