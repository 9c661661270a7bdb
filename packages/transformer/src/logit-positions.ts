import { type Scope, slot } from '@residual/layers';
import { gather, type Tensor } from '@residual/tensor';

/** The slot for the positions that get logits, int32 [rows]; all if it is empty. Generation needs only the last one. */
export const logitPositions = /* @__PURE__ */ slot<Tensor>('logitPositions');

/** Selects the positions that get logits: x [batch, length, modelDim] to [batch, rows, modelDim]. */
export function selectLogitPositions(x: Tensor, scope: Scope): Tensor {
  const rows = scope.get(logitPositions);
  const isOnlyPosition = x.shape[1] === 1 && rows?.shape[0] === 1; // the last position is the only one
  return !rows || isOnlyPosition ? x : gather(x, rows, 1);
}
