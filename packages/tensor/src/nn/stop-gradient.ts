import { type Op, runOp, type UnaryInputs } from '../ops/op.js';
import type { Tensor } from '../tensor.js';

const stopGradientOp: Op<UnaryInputs> = {
  name: 'residual.stopGradient',
  compose: ({ x }) => x,
  gradient: 'none',
};

/** x, through which no gradient flows. */
export function stopGradient(x: Tensor): Tensor {
  return runOp(stopGradientOp, { x }, {});
}
