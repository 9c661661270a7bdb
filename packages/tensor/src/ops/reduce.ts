import { expectShape, ResidualError, showShape } from '../errors.js';
import { type Op, run } from '../op.js';
import { type Tensor, tidy } from '../tensor.js';
import { add, minimum, mul, scalarMinus } from './arithmetic.js';
import { equal } from './compare.js';
import { clone, toFloat, toInt } from './convert.js';
import { range, zeros } from './create.js';
import { reshape } from './shape.js';

type Axes = { axis: readonly number[]; keepDims: boolean };

/** Which axes to reduce, counted from the end if negative (all if absent), and whether they stay with length 1. */
export interface ReduceOptions {
  /** The axes that are reduced, negative ones from the end; all if absent. */
  readonly axis?: number | readonly number[];
  /** Whether a reduced axis stays with length 1; false if absent. */
  readonly keepDims?: boolean;
}

const sumOp: Op<{ x: Tensor }, Axes> = {
  name: 'residual.sum',
  stock: 'Sum',
  gradient: (dy, { shapes, attributes }) => ({ x: () => spread(dy, shapes.x, attributes.axis) }),
};

/** The sum over some axes, of floats or integers; of no entries it is 0. */
export function sum(x: Tensor, options: ReduceOptions = {}): Tensor {
  const axes = axesOf('sum', x, options);
  if (axes.axis.length === 0) return clone(x);
  if (x.size > 0) return run(sumOp, { x }, axes);
  const shape = kept(x.shape, axes.axis).filter((_, i) => axes.keepDims || !axes.axis.includes(i));
  return zeros(shape, x.dtype === 'float32' ? 'float32' : 'int32'); // tfjs's wasm kernel leaves what was in memory
}

/** The mean over some axes. Errors where there is nothing to take it of. */
export function mean(x: Tensor, options: ReduceOptions = {}): Tensor {
  const { axis } = axesOf('mean', x, options);
  const count = axis.reduce((product, a) => product * x.shape[a]!, 1);
  expectShape(count > 0, () => `mean: ${showShape(x.shape)} has no entries along axes ${showShape(axis)}`);
  return tidy(() => mul(sum(x, options), 1 / count));
}

type Largest = { reductionIndices: readonly number[]; keepDims: boolean };

const maxOp: Op<{ x: Tensor }, Largest> = {
  name: 'residual.max',
  stock: 'Max',
  saves: ['x', 'output'],
  gradient: (dy, { saved: { x, output }, shapes, attributes: { reductionIndices: axis } }) => ({
    x: () => mul(spread(dy, shapes.x, axis), toFloat(equal(x, reshape(output, kept(shapes.x, axis))))),
  }),
};

/** The largest entry over some axes; every entry that equals it gets the gradient. Errors where there is none. */
export function max(x: Tensor, options: ReduceOptions = {}): Tensor {
  const { axis, keepDims } = axesOf('max', x, options);
  expectShape(
    axis.every(a => x.shape[a]! > 0),
    () => `max: ${showShape(x.shape)} has no largest entry along axes ${showShape(axis)}`,
  );
  return axis.length === 0 ? clone(x) : run(maxOp, { x }, { reductionIndices: axis, keepDims });
}

/** tfjs's WebGPU kernel gives some place of a tie, not the lowest. */
const argMaxOp: Op<{ x: Tensor }, { axis: 1 }> = {
  name: 'residual.argMax',
  stock: 'ArgMax',
  stockIsWrong: ['webgpu'],
  compose: ({ x }) => {
    const length = x.shape[1]!;
    const fromEnd = toFloat(reshape(scalarMinus(length, range(length)), [1, length]));
    const largest = toFloat(equal(x, max(x, { axis: 1, keepDims: true })));
    return toInt(minimum(scalarMinus(length, max(mul(largest, fromEnd), { axis: 1 })), length - 1));
  },
  gradient: 'none',
};

/** The place of the largest entry along the last axis, the lowest at a tie: [..., length] to int32 [...]. */
export function argMax(x: Tensor): Tensor {
  expectShape(x.size > 0 && x.shape.length > 0, () => `argMax: ${showShape(x.shape)} has no largest entry`);
  return tidy(() => {
    const rows = reshape(x, [-1, x.shape.at(-1)!]);
    return reshape(run(argMaxOp, { x: rows }, { axis: 1 }), x.shape.slice(0, -1));
  });
}

/** The opposite of a reduction: the reduced `x` repeated along `axis` to `shape`. */
function spread(x: Tensor, shape: readonly number[], axis: readonly number[]): Tensor {
  return add(zeros(shape), reshape(x, kept(shape, axis)));
}

/** The shape with length 1 along the reduced axes. */
function kept(shape: readonly number[], axis: readonly number[]): number[] {
  return shape.map((length, i) => (axis.includes(i) ? 1 : length));
}

function axesOf(name: string, x: Tensor, { axis, keepDims = false }: ReduceOptions): Axes {
  if (x.dtype === 'bool') throw new ResidualError('dtype', `${name}: bool does not fit; convert with toFloat or toInt`);
  const rank = x.shape.length;
  const given = axis === undefined ? x.shape.map((_, i) => i) : typeof axis === 'number' ? [axis] : axis;
  const counted = given.map(a => (a < 0 ? a + rank : a)).sort((a, b) => a - b);
  counted.forEach((a, i) => {
    expectShape(
      Number.isInteger(a) && a >= 0 && a < rank && a !== counted[i - 1],
      () => `${name}: axes ${showShape(given)} of ${showShape(x.shape)} do not each name one axis`,
    );
  });
  return { axis: counted, keepDims };
}
