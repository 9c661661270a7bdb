import { ResidualError } from '../errors.js';
import type { Tensor } from '../tensor.js';
import { affine, div, mul, neg, scalarMinus, sub } from './arithmetic.js';
import { greater, less } from './compare.js';
import { toFloat } from './convert.js';
import { functionName, type NoAttributes, type Op, runOp, type UnaryInputs } from './op.js';

type Unary = Op<UnaryInputs, NoAttributes>;

const absOp: Unary = {
  name: 'residual.abs',
  tfjsKernel: 'Abs',
  saves: ['x'],
  gradient: (dy, { saved: { x } }) => ({ x: () => mul(dy, sub(toFloat(greater(x, 0)), toFloat(less(x, 0)))) }),
};

/** |x|, of floats or integers; the gradient at 0 is 0. */
export function abs(x: Tensor): Tensor {
  return runOp(absOp, { x }, {});
}

const squareOp: Unary = {
  name: 'residual.square',
  tfjsKernel: 'Square',
  saves: ['x'],
  gradient: (dy, { saved: { x } }) => ({ x: () => mul(mul(dy, x), 2) }),
};

/** x². */
export function square(x: Tensor): Tensor {
  return runFloat(squareOp, x);
}

const sqrtOp: Unary = {
  name: 'residual.sqrt',
  tfjsKernel: 'Sqrt',
  saves: ['output'],
  gradient: (dy, { saved: { output } }) => ({ x: () => mul(div(dy, output), 0.5) }),
};

/** √x. */
export function sqrt(x: Tensor): Tensor {
  return runFloat(sqrtOp, x);
}

const rsqrtOp: Unary = {
  name: 'residual.rsqrt',
  tfjsKernel: 'Rsqrt',
  saves: ['x', 'output'],
  gradient: (dy, { saved: { x, output } }) => ({ x: () => mul(mul(dy, div(output, x)), -0.5) }),
};

/** 1 / √x. */
export function rsqrt(x: Tensor): Tensor {
  return runFloat(rsqrtOp, x);
}

const expOp: Unary = {
  name: 'residual.exp',
  tfjsKernel: 'Exp',
  saves: ['output'],
  gradient: (dy, { saved: { output } }) => ({ x: () => mul(dy, output) }),
};

/** eˣ. */
export function exp(x: Tensor): Tensor {
  return runFloat(expOp, x);
}

const logOp: Unary = {
  name: 'residual.log',
  tfjsKernel: 'Log',
  saves: ['x'],
  gradient: (dy, { saved: { x } }) => ({ x: () => div(dy, x) }),
};

/** The natural logarithm. */
export function log(x: Tensor): Tensor {
  return runFloat(logOp, x);
}

const tanhOp: Unary = {
  name: 'residual.tanh',
  tfjsKernel: 'Tanh',
  saves: ['output'],
  gradient: (dy, { saved: { output } }) => ({ x: () => mul(dy, scalarMinus(1, square(output))) }),
};

/** The hyperbolic tangent. */
export function tanh(x: Tensor): Tensor {
  return runFloat(tanhOp, x);
}

const sigmoidOp: Unary = {
  name: 'residual.sigmoid',
  tfjsKernel: 'Sigmoid',
  saves: ['output'],
  gradient: (dy, { saved: { output } }) => ({ x: () => mul(dy, mul(output, scalarMinus(1, output))) }),
};

/** 1 / (1 + e⁻ˣ). */
export function sigmoid(x: Tensor): Tensor {
  return runFloat(sigmoidOp, x);
}

const erfOp: Unary = {
  name: 'residual.erf',
  tfjsKernel: 'Erf',
  saves: ['x'],
  gradient: (dy, { saved: { x } }) => ({
    x: () => mul(dy, affine(exp(neg(square(x))), 2 / Math.sqrt(Math.PI), 0)),
  }),
};

/** The error function 2/√π ∫₀ˣ e⁻ᵗ² dt. */
export function erf(x: Tensor): Tensor {
  return runFloat(erfOp, x);
}

const reluOp: Unary = {
  name: 'residual.relu',
  tfjsKernel: 'Relu',
  saves: ['output'],
  gradient: (dy, { saved: { output } }) => ({ x: () => mul(dy, toFloat(greater(output, 0))) }),
};

/** max(x, 0); the gradient at 0 is 0. */
export function relu(x: Tensor): Tensor {
  return runFloat(reluOp, x);
}

function runFloat(op: Unary, x: Tensor): Tensor {
  if (x.dtype === 'float32') return runOp(op, { x }, {});
  throw new ResidualError('dtype', `${functionName(op)}: x is ${x.dtype}; convert with toFloat`);
}
