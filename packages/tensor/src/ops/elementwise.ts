import { expectShape, ResidualError, showShape } from '../errors.js';
import { type Op, run } from '../op.js';
import { scalar, type Tensor, tidy } from '../tensor.js';
import { sumTo } from './reduce.js';

type Pair = { a: Tensor; b: Tensor };
type One = { x: Tensor };
type NoAttributes = Record<never, never>;

const addOp: Op<Pair, NoAttributes> = {
  name: 'residual.add',
  stock: 'Add',
  gradient: (dy, { shapes }) => ({ a: () => sumTo(dy, shapes.a), b: () => sumTo(dy, shapes.b) }),
};

const subOp: Op<Pair, NoAttributes> = {
  name: 'residual.sub',
  stock: 'Sub',
  gradient: (dy, { shapes }) => ({ a: () => sumTo(dy, shapes.a), b: () => sumTo(neg(dy), shapes.b) }),
};

const mulOp: Op<Pair, NoAttributes> = {
  name: 'residual.mul',
  stock: 'Multiply',
  saves: ['a', 'b'],
  gradient: (dy, { saved: { a, b }, shapes }) => ({
    a: () => sumTo(mul(dy, b), shapes.a),
    b: () => sumTo(mul(dy, a), shapes.b),
  }),
};

const divOp: Op<Pair, NoAttributes> = {
  name: 'residual.div',
  stock: 'RealDiv',
  saves: ['a', 'b'],
  gradient: (dy, { saved: { a, b }, shapes }) => ({
    a: () => sumTo(div(dy, b), shapes.a),
    b: () => sumTo(neg(div(mul(dy, a), mul(b, b))), shapes.b),
  }),
};

const maximumOp: Op<Pair, NoAttributes> = {
  name: 'residual.maximum',
  stock: 'Maximum',
  saves: ['a', 'b'],
  gradient: (dy, { saved: { a, b }, shapes }) => ({
    a: () => sumTo(mul(dy, toFloat(greaterEqual(a, b))), shapes.a),
    b: () => sumTo(mul(dy, toFloat(greater(b, a))), shapes.b),
  }),
};

const minimumOp: Op<Pair, NoAttributes> = {
  name: 'residual.minimum',
  stock: 'Minimum',
  saves: ['a', 'b'],
  gradient: (dy, { saved: { a, b }, shapes }) => ({
    a: () => sumTo(mul(dy, toFloat(lessEqual(a, b))), shapes.a),
    b: () => sumTo(mul(dy, toFloat(greater(a, b))), shapes.b),
  }),
};

/** a + b, shapes broadcast. */
export function add(a: Tensor, b: Tensor | number): Tensor {
  return pair(addOp, a, b);
}

/** a - b, shapes broadcast. */
export function sub(a: Tensor, b: Tensor | number): Tensor {
  return pair(subOp, a, b);
}

/** value - x. */
export function scalarMinus(value: number, x: Tensor): Tensor {
  return tidy(() => sub(scalar(value, x.dtype === 'int32' ? 'int32' : 'float32'), x));
}

/** a · b element by element, shapes broadcast. */
export function mul(a: Tensor, b: Tensor | number): Tensor {
  return pair(mulOp, a, b);
}

/** a / b element by element, shapes broadcast. */
export function div(a: Tensor, b: Tensor | number): Tensor {
  return pair(divOp, a, b);
}

/** The larger of a and b, shapes broadcast; at a tie the gradient goes to a. */
export function maximum(a: Tensor, b: Tensor | number): Tensor {
  return pair(maximumOp, a, b);
}

/** The smaller of a and b, shapes broadcast; at a tie the gradient goes to a. */
export function minimum(a: Tensor, b: Tensor | number): Tensor {
  return pair(minimumOp, a, b);
}

const cloneOp: Op<One, NoAttributes> = { name: 'residual.clone', stock: 'Identity', gradient: dy => ({ x: () => dy }) };

/** Another handle on the same data; each is disposed by its own owner. */
export function clone(x: Tensor): Tensor {
  return run(cloneOp, { x }, {});
}

const negOp: Op<One, NoAttributes> = { name: 'residual.neg', stock: 'Neg', gradient: dy => ({ x: () => neg(dy) }) };

/** -x. */
export function neg(x: Tensor): Tensor {
  return run(negOp, { x }, {});
}

const absOp: Op<One, NoAttributes> = {
  name: 'residual.abs',
  stock: 'Abs',
  saves: ['x'],
  gradient: (dy, { saved: { x } }) => ({
    x: () => mul(dy, sub(toFloat(greater(x, 0)), toFloat(less(x, 0)))),
  }),
};

/** |x|; the gradient at 0 is 0. */
export function abs(x: Tensor): Tensor {
  return run(absOp, { x }, {});
}

const squareOp: Op<One, NoAttributes> = {
  name: 'residual.square',
  stock: 'Square',
  saves: ['x'],
  gradient: (dy, { saved: { x } }) => ({ x: () => mul(dy, mul(x, 2)) }),
};

/** x². */
export function square(x: Tensor): Tensor {
  return run(squareOp, { x }, {});
}

const sqrtOp: Op<One, NoAttributes> = {
  name: 'residual.sqrt',
  stock: 'Sqrt',
  saves: ['output'],
  gradient: (dy, { saved: { output } }) => ({ x: () => div(dy, mul(output, 2)) }),
};

/** √x. */
export function sqrt(x: Tensor): Tensor {
  return run(sqrtOp, { x }, {});
}

const rsqrtOp: Op<One, NoAttributes> = {
  name: 'residual.rsqrt',
  stock: 'Rsqrt',
  saves: ['x', 'output'],
  gradient: (dy, { saved: { x, output } }) => ({ x: () => mul(dy, mul(div(output, x), -0.5)) }),
};

/** 1 / √x. */
export function rsqrt(x: Tensor): Tensor {
  return run(rsqrtOp, { x }, {});
}

const expOp: Op<One, NoAttributes> = {
  name: 'residual.exp',
  stock: 'Exp',
  saves: ['output'],
  gradient: (dy, { saved: { output } }) => ({ x: () => mul(dy, output) }),
};

/** eˣ. */
export function exp(x: Tensor): Tensor {
  return run(expOp, { x }, {});
}

const logOp: Op<One, NoAttributes> = {
  name: 'residual.log',
  stock: 'Log',
  saves: ['x'],
  gradient: (dy, { saved: { x } }) => ({ x: () => div(dy, x) }),
};

/** The natural logarithm. */
export function log(x: Tensor): Tensor {
  return run(logOp, { x }, {});
}

const tanhOp: Op<One, NoAttributes> = {
  name: 'residual.tanh',
  stock: 'Tanh',
  saves: ['output'],
  gradient: (dy, { saved: { output } }) => ({ x: () => sub(dy, mul(dy, square(output))) }),
};

/** The hyperbolic tangent. */
export function tanh(x: Tensor): Tensor {
  return run(tanhOp, { x }, {});
}

const sigmoidOp: Op<One, NoAttributes> = {
  name: 'residual.sigmoid',
  stock: 'Sigmoid',
  saves: ['output'],
  gradient: (dy, { saved: { output } }) => ({ x: () => mul(dy, mul(output, scalarMinus(1, output))) }),
};

/** 1 / (1 + e⁻ˣ). */
export function sigmoid(x: Tensor): Tensor {
  return run(sigmoidOp, { x }, {});
}

const erfOp: Op<One, NoAttributes> = {
  name: 'residual.erf',
  stock: 'Erf',
  saves: ['x'],
  gradient: (dy, { saved: { x } }) => ({ x: () => mul(dy, mul(exp(neg(square(x))), 2 / Math.sqrt(Math.PI))) }),
};

/** The error function. */
export function erf(x: Tensor): Tensor {
  return run(erfOp, { x }, {});
}

const reluOp: Op<One, NoAttributes> = {
  name: 'residual.relu',
  stock: 'Relu',
  saves: ['output'],
  gradient: (dy, { saved: { output } }) => ({ x: () => mul(dy, toFloat(greater(output, 0))) }),
};

/** max(x, 0); the gradient at 0 is 0. */
export function relu(x: Tensor): Tensor {
  return run(reluOp, { x }, {});
}

const castOp: Op<One, { dtype: 'float32' | 'int32' }> = { name: 'residual.cast', stock: 'Cast', gradient: 'none' };

/** Booleans or integers as floats (true is 1); floats as they are. No gradient flows through the conversion of another type. */
export function toFloat(x: Tensor): Tensor {
  return x.dtype === 'float32' ? clone(x) : run(castOp, { x }, { dtype: 'float32' });
}

/** Numbers or booleans as int32, rounded towards zero. */
export function toInt(x: Tensor): Tensor {
  return x.dtype === 'int32' ? clone(x) : run(castOp, { x }, { dtype: 'int32' });
}

const compare = (name: string, stock: string): Op<Pair, NoAttributes> => ({ name, stock, gradient: 'none' });

/** a > b as booleans, shapes broadcast. */
export function greater(a: Tensor, b: Tensor | number): Tensor {
  return pair(compare('residual.greater', 'Greater'), a, b);
}

/** a ≥ b as booleans, shapes broadcast. */
export function greaterEqual(a: Tensor, b: Tensor | number): Tensor {
  return pair(compare('residual.greaterEqual', 'GreaterEqual'), a, b);
}

/** a < b as booleans, shapes broadcast. */
export function less(a: Tensor, b: Tensor | number): Tensor {
  return pair(compare('residual.less', 'Less'), a, b);
}

/** a ≤ b as booleans, shapes broadcast. */
export function lessEqual(a: Tensor, b: Tensor | number): Tensor {
  return pair(compare('residual.lessEqual', 'LessEqual'), a, b);
}

/** a = b as booleans, shapes broadcast. */
export function equal(a: Tensor, b: Tensor | number): Tensor {
  return pair(compare('residual.equal', 'Equal'), a, b);
}

/** a ≠ b as booleans, shapes broadcast; `notEqual(x, 0)` is the right way from numbers to booleans. */
export function notEqual(a: Tensor, b: Tensor | number): Tensor {
  return pair(compare('residual.notEqual', 'NotEqual'), a, b);
}

/** a and b, both booleans, shapes broadcast. */
export function logicalAnd(a: Tensor, b: Tensor): Tensor {
  return pair(compare('residual.logicalAnd', 'LogicalAnd'), a, b);
}

/** The shape that both broadcast to; an axis fits where the lengths are equal or one of them is 1. */
export function broadcastShape(name: string, a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [m, n] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
    expectShape(m === n || m === 1 || n === 1, () => `${name}: ${showShape(a)} and ${showShape(b)} do not broadcast`);
    return m === 1 ? n : m;
  });
}

function pair(op: Op<Pair, NoAttributes>, a: Tensor, b: Tensor | number): Tensor {
  if (typeof b === 'number')
    return tidy(() => run(op, { a, b: scalar(b, a.dtype === 'int32' ? 'int32' : 'float32') }, {}));
  const name = op.name.replace('residual.', '');
  if (a.dtype !== b.dtype)
    throw new ResidualError('dtype', `${name}: ${a.dtype} and ${b.dtype} do not mix; convert one`);
  broadcastShape(name, a.shape, b.shape);
  return run(op, { a, b }, {});
}
