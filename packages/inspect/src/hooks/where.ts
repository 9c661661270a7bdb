import { add, greater, type Op, runOp, type Tensor, tidy, zeros } from '@residual/tensor';

/** The inputs of `residual.where`, all of one shape. */
type WhereInputs = { readonly condition: Tensor; readonly t: Tensor; readonly e: Tensor };

const whereOp: Op<WhereInputs, Record<never, never>> = {
  name: 'residual.where',
  tfjsKernel: 'Select',
  saves: ['condition'],
  gradient: (dy, { saved: { condition } }) => ({
    t: () => tidy(() => runOp(whereOp, { condition, t: dy, e: zeros(dy.shape) }, {})),
    e: () => tidy(() => runOp(whereOp, { condition, t: zeros(dy.shape), e: dy }, {})),
  }),
};

/**
 * `replacement` where the mask is 1, x where it is 0; mask and replacement broadcast to x. An entry that is not chosen
 * has no effect, also if it is NaN or infinite.
 */
export function where(mask: Tensor, replacement: Tensor, x: Tensor): Tensor {
  return tidy(() => {
    const condition = greater(broadcastTo(mask, x.shape), 0.5);
    return runOp(whereOp, { condition, t: broadcastTo(replacement, x.shape), e: x }, {});
  });
}

/** Repeats x along axes of length 1 to a shape. */
export function broadcastTo(x: Tensor, shape: readonly number[]): Tensor {
  const isEqual = x.shape.length === shape.length && x.shape.every((size, axis) => size === shape[axis]);
  return isEqual ? x : tidy(() => add(zeros(shape), x));
}
