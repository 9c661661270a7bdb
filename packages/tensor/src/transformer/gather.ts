import { expectShape, showShape } from '../errors.js';
import { type Op, run } from '../op.js';
import type { Tensor } from '../tensor.js';

const gatherOp: Op<{ x: Tensor; indices: Tensor }, { axis: number; batchDims: 0 }> = {
  name: 'residual.gather',
  stock: 'GatherV2',
};

/** The entries of one axis that `indices` int32 [n] names. It has no gradient; `embed` has. */
export function gather(x: Tensor, indices: Tensor, axis: number): Tensor {
  expectShape(
    indices.shape.length === 1 && axis >= 0 && axis < x.shape.length,
    () => `gather: indices ${showShape(indices.shape)} along axis ${axis} of ${showShape(x.shape)} do not fit`,
  );
  return run(gatherOp, { x, indices }, { axis, batchDims: 0 });
}
