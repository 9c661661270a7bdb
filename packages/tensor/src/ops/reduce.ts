import { expectShape, showShape } from '../errors.js';
import { sizeOf } from '../shape.js';
import { type Tensor, tidy } from '../tensor.js';
import { minimum, mul, scalarMinus } from './arithmetic.js';
import { axesOf, keepDimsShape, type ReduceOptions } from './axes.js';
import { equal } from './compare.js';
import { toFloat, toInt } from './convert.js';
import { range } from './create.js';
import { clone, type Op, runOp, type UnaryInputs } from './op.js';
import { reshape } from './shape.js';
import { expandReduced, sum } from './sum.js';

/** The mean over some axes. Errors if a reduced axis is empty. */
export function mean(x: Tensor, options: ReduceOptions = {}): Tensor {
  const { axis } = axesOf('mean', x, options);
  const count = sizeOf(axis.map(a => x.shape[a]!));
  expectShape(count > 0, () => `mean: ${showShape(x.shape)} has no entries along axes ${showShape(axis)}`);
  return tidy(() => mul(sum(x, options), 1 / count));
}

type MaxAttributes = { reductionIndices: readonly number[]; keepDims: boolean };

const maxOp: Op<UnaryInputs, MaxAttributes> = {
  name: 'residual.max',
  tfjsKernel: 'Max',
  saves: ['x', 'output'],
  gradient: (dy, { saved: { x, output }, shapes, attributes: { reductionIndices: axis } }) => ({
    x: () => mul(expandReduced(dy, shapes.x, axis), toFloat(equal(x, reshape(output, keepDimsShape(shapes.x, axis))))),
  }),
};

/** The maximum over some axes; every entry that equals it gets the gradient. Errors if a reduced axis is empty. */
export function max(x: Tensor, options: ReduceOptions = {}): Tensor {
  const { axis, keepDims } = axesOf('max', x, options);
  expectShape(
    axis.every(a => x.shape[a]! > 0),
    () => `max: ${showShape(x.shape)} has no largest entry along axes ${showShape(axis)}`,
  );
  return axis.length === 0 ? clone(x) : runOp(maxOp, { x }, { reductionIndices: axis, keepDims });
}

/** The WebGPU kernel of tfjs does not return the lowest index at a tie. */
const argMaxOp: Op<UnaryInputs, { axis: 1 }> = {
  name: 'residual.argMax',
  tfjsKernel: 'ArgMax',
  tfjsKernelWrongOn: ['webgpu'],
  compose: ({ x }) => {
    const length = x.shape[1]!;
    const fromEnd = toFloat(reshape(scalarMinus(length, range(length)), [1, length]));
    const largest = toFloat(equal(x, max(x, { axis: 1, keepDims: true })));
    return toInt(minimum(scalarMinus(length, max(mul(largest, fromEnd), { axis: 1 })), length - 1));
  },
  gradient: 'none',
};

/** The index of the maximum along the last axis, the lowest at a tie: [..., length] to int32 [...]. */
export function argMax(x: Tensor): Tensor {
  expectShape(x.size > 0 && x.shape.length > 0, () => `argMax: ${showShape(x.shape)} has no largest entry`);
  return tidy(() => {
    const rows = reshape(x, [-1, x.shape.at(-1)!]);
    return reshape(runOp(argMaxOp, { x: rows }, { axis: 1 }), x.shape.slice(0, -1));
  });
}
