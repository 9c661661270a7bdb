import { add, affine, div, maximum, mul, neg } from '../ops/arithmetic.js';
import { abs, exp, sigmoid, square } from '../ops/functions.js';
import { type NoAttributes, type Op, runOp, type UnaryInputs } from '../ops/op.js';
import type { Tensor } from '../tensor.js';

const softplusOp: Op<UnaryInputs, NoAttributes> = {
  name: 'residual.softplus',
  compose: ({ x }) => add(maximum(x, 0), logOnePlus(exp(neg(abs(x))))),
  saves: ['x'],
  gradient: (dy, { saved: { x } }) => ({ x: () => mul(dy, sigmoid(x)) }),
};

/** log(1 + eˣ), elementwise: a smooth max(x, 0), exact in relative terms also where it is small. */
export function softplus(x: Tensor): Tensor {
  return runOp(softplusOp, { x }, {});
}

/**
 * log(1 + u) for u in [0, 1] by its series in z = u / (2 + u), 2 (z + z³/3 + z⁵/5 + ...), which needs no log of 1 + u.
 */
function logOnePlus(u: Tensor): Tensor {
  const z = div(u, add(u, 2));
  const squared = square(z);
  const series = [11, 9, 7, 5, 3].reduce((sum, n) => add(mul(sum, squared), 1 / n), affine(squared, 0, 1 / 13));
  return mul(z, affine(mul(series, squared), 2, 2));
}
