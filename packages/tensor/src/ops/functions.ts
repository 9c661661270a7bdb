import { ResidualError } from '../errors.js';
import { type Op, run } from '../op.js';
import type { Tensor } from '../tensor.js';
import { affine, div, mul, neg, scalarMinus, sub } from './arithmetic.js';
import { greater, less } from './compare.js';
import { toFloat } from './convert.js';

type One = { x: Tensor };
type Unary = Op<One, Record<never, never>>;

const absOp: Unary = {
  name: 'residual.abs',
  stock: 'Abs',
  saves: ['x'],
  gradient: (dy, { saved: { x } }) => ({ x: () => mul(dy, sub(toFloat(greater(x, 0)), toFloat(less(x, 0)))) }),
};

/** |x|, of floats or integers; the gradient at 0 is 0. */
export function abs(x: Tensor): Tensor {
  return run(absOp, { x }, {});
}

const squareOp: Unary = {
  name: 'residual.square',
  stock: 'Square',
  saves: ['x'],
  gradient: (dy, { saved: { x } }) => ({ x: () => mul(mul(dy, x), 2) }),
};

/** x². */
export function square(x: Tensor): Tensor {
  return float(squareOp, x);
}

const sqrtOp: Unary = {
  name: 'residual.sqrt',
  stock: 'Sqrt',
  saves: ['output'],
  gradient: (dy, { saved: { output } }) => ({ x: () => mul(div(dy, output), 0.5) }),
};

/** √x. */
export function sqrt(x: Tensor): Tensor {
  return float(sqrtOp, x);
}

const rsqrtOp: Unary = {
  name: 'residual.rsqrt',
  stock: 'Rsqrt',
  saves: ['x', 'output'],
  gradient: (dy, { saved: { x, output } }) => ({ x: () => mul(mul(dy, div(output, x)), -0.5) }),
};

/** 1 / √x. */
export function rsqrt(x: Tensor): Tensor {
  return float(rsqrtOp, x);
}

const expOp: Unary = {
  name: 'residual.exp',
  stock: 'Exp',
  saves: ['output'],
  gradient: (dy, { saved: { output } }) => ({ x: () => mul(dy, output) }),
};

/** eˣ. */
export function exp(x: Tensor): Tensor {
  return float(expOp, x);
}

const logOp: Unary = {
  name: 'residual.log',
  stock: 'Log',
  saves: ['x'],
  gradient: (dy, { saved: { x } }) => ({ x: () => div(dy, x) }),
};

/** The natural logarithm. */
export function log(x: Tensor): Tensor {
  return float(logOp, x);
}

const tanhOp: Unary = {
  name: 'residual.tanh',
  stock: 'Tanh',
  saves: ['output'],
  gradient: (dy, { saved: { output } }) => ({ x: () => mul(dy, scalarMinus(1, square(output))) }),
};

/** The hyperbolic tangent. */
export function tanh(x: Tensor): Tensor {
  return float(tanhOp, x);
}

const sigmoidOp: Unary = {
  name: 'residual.sigmoid',
  stock: 'Sigmoid',
  saves: ['output'],
  gradient: (dy, { saved: { output } }) => ({ x: () => mul(dy, mul(output, scalarMinus(1, output))) }),
};

/** 1 / (1 + e⁻ˣ). */
export function sigmoid(x: Tensor): Tensor {
  return float(sigmoidOp, x);
}

const erfOp: Unary = {
  name: 'residual.erf',
  stock: 'Erf',
  saves: ['x'],
  gradient: (dy, { saved: { x } }) => ({
    x: () => mul(dy, affine(exp(neg(square(x))), 2 / Math.sqrt(Math.PI), 0)),
  }),
};

/** The error function 2/√π ∫₀ˣ e⁻ᵗ² dt. */
export function erf(x: Tensor): Tensor {
  return float(erfOp, x);
}

const reluOp: Unary = {
  name: 'residual.relu',
  stock: 'Relu',
  saves: ['output'],
  gradient: (dy, { saved: { output } }) => ({ x: () => mul(dy, toFloat(greater(output, 0))) }),
};

/** max(x, 0); the gradient at 0 is 0. */
export function relu(x: Tensor): Tensor {
  return float(reluOp, x);
}

function float(op: Unary, x: Tensor): Tensor {
  if (x.dtype === 'float32') return run(op, { x }, {});
  const name = op.name.slice(op.name.indexOf('.') + 1);
  throw new ResidualError('dtype', `${name}: x is ${x.dtype}; convert with toFloat`);
}
