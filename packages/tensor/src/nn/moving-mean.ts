import { expectShape, showShape } from '../errors.js';
import { add, mul } from '../ops/arithmetic.js';
import { square } from '../ops/functions.js';
import { type Op, runOp } from '../ops/op.js';
import type { Tensor } from '../tensor.js';

/** The inputs of `residual.movingMean`, of equal shapes. */
export type MovingMeanInputs = { readonly mean: Tensor; readonly x: Tensor };

/** The attributes of `residual.movingMean`: the decay rate, and whether x is squared. */
export type MovingMeanAttributes = { readonly decay: number; readonly squares: boolean };

const movingMeanOp: Op<MovingMeanInputs, MovingMeanAttributes> = {
  name: 'residual.movingMean',
  compose: ({ mean, x }, { decay, squares }) => add(mul(mean, decay), mul(squares ? square(x) : x, 1 - decay)),
};

/** The exponential moving mean after one more value, decay · mean + (1 - decay) · x, of equal shapes. */
export function movingMean(mean: Tensor, x: Tensor, decay: number): Tensor {
  return run('movingMean', { mean, x }, { decay, squares: false });
}

/** The exponential moving mean of squares after one more value, decay · mean + (1 - decay) · x², of equal shapes. */
export function movingMeanOfSquares(mean: Tensor, x: Tensor, decay: number): Tensor {
  return run('movingMeanOfSquares', { mean, x }, { decay, squares: true });
}

function run(name: string, { mean, x }: MovingMeanInputs, attributes: MovingMeanAttributes): Tensor {
  expectShape(
    showShape(mean.shape) === showShape(x.shape),
    () => `${name}: mean ${showShape(mean.shape)} and x ${showShape(x.shape)} differ`,
  );
  return runOp(movingMeanOp, { mean, x }, attributes);
}
