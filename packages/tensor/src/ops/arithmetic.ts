import { ResidualError } from '../errors.js';
import { scalar, type Tensor, tidy } from '../tensor.js';
import { type BinaryInputs, runBinary, scalarLike } from './binary.js';
import { greater, greaterEqual, less, lessEqual } from './compare.js';
import { toFloat } from './convert.js';
import { clone, type NoAttributes, type Op, runOp, type UnaryInputs } from './op.js';
import { addOp, sumTo } from './sum.js';

const negOp: Op<UnaryInputs, NoAttributes> = {
  name: 'residual.neg',
  tfjsKernel: 'Neg',
  gradient: dy => ({ x: () => neg(dy) }),
};

/** -x, of floats or integers. */
export function neg(x: Tensor): Tensor {
  return runOp(negOp, { x }, {});
}

const subOp: Op<BinaryInputs, NoAttributes> = {
  name: 'residual.sub',
  tfjsKernel: 'Sub',
  gradient: (dy, { shapes }) => ({ a: () => sumTo(dy, shapes.a), b: () => neg(sumTo(dy, shapes.b)) }),
};

const mulOp: Op<BinaryInputs, NoAttributes> = {
  name: 'residual.mul',
  tfjsKernel: 'Multiply',
  saves: ['a', 'b'],
  gradient: (dy, { saved: { a, b }, shapes }) => ({
    a: () => sumTo(mul(dy, b), shapes.a),
    b: () => sumTo(mul(dy, a), shapes.b),
  }),
};

const divOp: Op<BinaryInputs, NoAttributes> = {
  name: 'residual.div',
  tfjsKernel: 'RealDiv',
  saves: ['a', 'b'],
  gradient: (dy, { saved: { a, b }, shapes }) => ({
    a: () => sumTo(div(dy, b), shapes.a),
    b: () => neg(sumTo(mul(div(dy, b), div(a, b)), shapes.b)),
  }),
};

const maximumOp: Op<BinaryInputs, NoAttributes> = {
  name: 'residual.maximum',
  tfjsKernel: 'Maximum',
  saves: ['a', 'b'],
  gradient: (dy, { saved: { a, b }, shapes }) => ({
    a: () => sumTo(mul(dy, toFloat(greaterEqual(a, b))), shapes.a),
    b: () => sumTo(mul(dy, toFloat(less(a, b))), shapes.b),
  }),
};

const minimumOp: Op<BinaryInputs, NoAttributes> = {
  name: 'residual.minimum',
  tfjsKernel: 'Minimum',
  saves: ['a', 'b'],
  gradient: (dy, { saved: { a, b }, shapes }) => ({
    a: () => sumTo(mul(dy, toFloat(lessEqual(a, b))), shapes.a),
    b: () => sumTo(mul(dy, toFloat(greater(a, b))), shapes.b),
  }),
};

/** a + b, elementwise, with broadcasting. */
export function add(a: Tensor, b: Tensor | number): Tensor {
  return typeof b === 'number' && a.dtype === 'float32' ? affine(a, 1, b) : runBinary(addOp, a, b);
}

/** a - b, elementwise, with broadcasting. */
export function sub(a: Tensor, b: Tensor | number): Tensor {
  return typeof b === 'number' && a.dtype === 'float32' ? affine(a, 1, -b) : runBinary(subOp, a, b);
}

/** value - x. */
export function scalarMinus(value: number, x: Tensor): Tensor {
  if (x.dtype === 'float32') return affine(x, -1, value);
  return tidy(() => sub(scalarLike('scalarMinus', value, x), x));
}

/** a · b, elementwise, with broadcasting. */
export function mul(a: Tensor, b: Tensor | number): Tensor {
  return typeof b === 'number' && a.dtype === 'float32' ? affine(a, b, 0) : runBinary(mulOp, a, b);
}

/** a / b, elementwise, with broadcasting; floats only. */
export function div(a: Tensor, b: Tensor | number): Tensor {
  if (a.dtype === 'int32')
    throw new ResidualError('dtype', 'div: integers do not divide into integers; convert with toFloat');
  return runBinary(divOp, a, b);
}

/** The maximum of a and b, elementwise, with broadcasting; at a tie the gradient goes to a. */
export function maximum(a: Tensor, b: Tensor | number): Tensor {
  return runBinary(maximumOp, a, b);
}

/** The minimum of a and b, elementwise, with broadcasting; at a tie the gradient goes to a. */
export function minimum(a: Tensor, b: Tensor | number): Tensor {
  return runBinary(minimumOp, a, b);
}

/** The attributes of `residual.affine`. */
export type AffineAttributes = { readonly scale: number; readonly shift: number };

const affineOp: Op<UnaryInputs, AffineAttributes> = {
  name: 'residual.affine',
  compose: ({ x }, { scale, shift }) => {
    const scaled = scale === 1 ? x : runOp(mulOp, { a: x, b: scalar(scale) }, {});
    return shift === 0 ? scaled : runOp(addOp, { a: scaled, b: scalar(shift) }, {});
  },
  gradient: (dy, { attributes: { scale } }) => ({ x: () => affine(dy, scale, 0) }),
};

/** scale · x + shift with two numbers; floats only. Its gradient needs no saved tensor. */
export function affine(x: Tensor, scale: number, shift: number): Tensor {
  if (x.dtype !== 'float32') throw new ResidualError('dtype', `affine: x is ${x.dtype}; convert with toFloat`);
  return scale === 1 && shift === 0 ? clone(x) : runOp(affineOp, { x }, { scale, shift });
}
