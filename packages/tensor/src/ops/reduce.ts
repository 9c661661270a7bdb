import { expectShape, showShape } from '../errors.js';
import { type Op, run } from '../op.js';
import { type Tensor, tidy } from '../tensor.js';
import { zeros } from './create.js';
import { add, equal, exp, log, mul, sub, toFloat } from './elementwise.js';
import { reshape } from './shape.js';

type Reduce = { axis: readonly number[]; keepDims: boolean };

/** Which axes to reduce, counted from the end if negative (all if absent), and whether they stay with length 1. */
export interface ReduceOptions {
  readonly axis?: number | readonly number[];
  readonly keepDims?: boolean;
}

const sumOp: Op<{ x: Tensor }, Reduce> = {
  name: 'residual.sum',
  stock: 'Sum',
  gradient: (dy, { shapes, attributes }) => ({ x: () => spread(dy, shapes.x, attributes.axis) }),
};

/** The sum over some axes. */
export function sum(x: Tensor, options: ReduceOptions = {}): Tensor {
  return run(sumOp, { x }, attributesOf('sum', x, options));
}

/** The mean over some axes. */
export function mean(x: Tensor, options: ReduceOptions = {}): Tensor {
  const { axis } = attributesOf('mean', x, options);
  const count = axis.reduce((product, a) => product * x.shape[a]!, 1);
  return tidy(() => mul(sum(x, options), 1 / count));
}

type Largest = { reductionIndices: readonly number[]; keepDims: boolean };

const maxOp: Op<{ x: Tensor }, Largest> = {
  name: 'residual.max',
  stock: 'Max',
  saves: ['x', 'output'],
  gradient: (dy, { saved: { x, output }, shapes, attributes: { reductionIndices: axis } }) => ({
    x: () => mul(spread(dy, shapes.x, axis), toFloat(equal(x, spread(output, shapes.x, axis)))),
  }),
};

/** The largest entry over some axes; every entry that equals it gets the gradient. */
export function max(x: Tensor, options: ReduceOptions = {}): Tensor {
  const { axis, keepDims } = attributesOf('max', x, options);
  return run(maxOp, { x }, { reductionIndices: axis, keepDims });
}

const argMaxOp: Op<{ x: Tensor }, { axis: number }> = { name: 'residual.argMax', stock: 'ArgMax', gradient: 'none' };

/** The place of the largest entry along the last axis, the lowest at a tie: int32 [..., length] to [...]. */
export function argMax(x: Tensor): Tensor {
  return tidy(() => {
    const rows = reshape(x, [-1, x.shape.at(-1)!]);
    return reshape(run(argMaxOp, { x: rows }, { axis: 1 }), x.shape.slice(0, -1));
  });
}

const softmaxOp: Op<{ logits: Tensor }, { dim: number }> = {
  name: 'residual.softmax',
  stock: 'Softmax',
  saves: ['output'],
  gradient: (dy, { saved: { output } }) => ({
    logits: () => mul(output, sub(dy, sum(mul(dy, output), { axis: -1, keepDims: true }))),
  }),
};

/** eˣ / Σ eˣ along the last axis. */
export function softmax(x: Tensor): Tensor {
  return tidy(() => {
    const rows = reshape(x, [-1, x.shape.at(-1)!]);
    return reshape(run(softmaxOp, { logits: rows }, { dim: 1 }), x.shape);
  });
}

const logSumExpOp: Op<{ x: Tensor }, { keepDims: boolean }> = {
  name: 'residual.logSumExp',
  compose: ({ x }, { keepDims }) => {
    const largest = max(x, { axis: -1, keepDims: true });
    const result = add(largest, log(sum(exp(sub(x, largest)), { axis: -1, keepDims: true })));
    return keepDims ? result : reshape(result, x.shape.slice(0, -1));
  },
  saves: ['x'],
  gradient: (dy, { saved: { x }, shapes }) => ({
    x: () => mul(softmax(x), reshape(dy, [...shapes.x.slice(0, -1), 1])),
  }),
};

/** log Σ eˣ along the last axis: [..., length] to [...], or [..., 1] with `keepDims`. */
export function logSumExp(x: Tensor, { keepDims = false }: { keepDims?: boolean } = {}): Tensor {
  return run(logSumExpOp, { x }, { keepDims });
}

/** x - log Σ eˣ along the last axis. */
export function logSoftmax(x: Tensor): Tensor {
  return tidy(() => sub(x, logSumExp(x, { keepDims: true })));
}

/** The sum over the axes along which `shape` was broadcast to `x`: x's shape to `shape`. */
export function sumTo(x: Tensor, shape: readonly number[]): Tensor {
  const lead = x.shape.length - shape.length;
  const axis = x.shape.flatMap((length, i) => (i < lead || (shape[i - lead] === 1 && length > 1) ? [i] : []));
  return axis.length === 0 ? x : tidy(() => reshape(sum(x, { axis }), shape));
}

/** The opposite of a reduction: the reduced `x` repeated along `axis` to `shape`. */
function spread(x: Tensor, shape: readonly number[], axis: readonly number[]): Tensor {
  const kept = shape.map((length, i) => (axis.includes(i) ? 1 : length));
  return add(zeros(shape), reshape(x, kept));
}

function attributesOf(name: string, x: Tensor, { axis, keepDims = false }: ReduceOptions): Reduce {
  const rank = x.shape.length;
  const given = axis === undefined ? x.shape.map((_, i) => i) : [axis].flat();
  for (const a of given)
    expectShape(Number.isInteger(a) && a >= -rank && a < rank, () => `${name}: ${showShape(x.shape)} has no axis ${a}`);
  return { axis: given.map(a => (a < 0 ? a + rank : a)).sort((a, b) => a - b), keepDims };
}
