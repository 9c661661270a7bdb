import { expectShape, showShape } from '../errors.js';
import { type Tensor, tidy } from '../tensor.js';
import { type Axes, axesOf, keepDimsShape, type ReduceOptions } from './axes.js';
import type { BinaryInputs } from './binary.js';
import { zeros } from './create.js';
import { clone, type NoAttributes, type Op, runOp, type UnaryInputs } from './op.js';
import { reshape } from './shape.js';

/**
 * a + b with broadcasting; its gradient sums over broadcast axes. It is in this file because the gradient of a sum uses
 * it.
 */
export const addOp: Op<BinaryInputs, NoAttributes> = {
  name: 'residual.add',
  tfjsKernel: 'Add',
  gradient: (dy, { shapes }) => ({ a: () => sumTo(dy, shapes.a), b: () => sumTo(dy, shapes.b) }),
};

const sumOp: Op<UnaryInputs, Axes> = {
  name: 'residual.sum',
  tfjsKernel: 'Sum',
  gradient: (dy, { shapes, attributes }) => ({ x: () => expandReduced(dy, shapes.x, attributes.axis) }),
};

/** The sum over some axes, of floats or integers; an empty sum is 0. */
export function sum(x: Tensor, options: ReduceOptions = {}): Tensor {
  const axes = axesOf('sum', x, options);
  if (axes.axis.length === 0) return clone(x);
  if (x.size > 0) return runOp(sumOp, { x }, axes);
  const shape = keepDimsShape(x.shape, axes.axis).filter((_, i) => axes.keepDims || !axes.axis.includes(i));
  // The wasm kernel of tfjs returns uninitialized memory.
  return zeros(shape, x.dtype === 'float32' ? 'float32' : 'int32');
}

/**
 * The inverse of broadcasting: sums x over the axes along which `shape` was broadcast to the shape of x. Returns x
 * itself if there are none.
 */
export function sumTo(x: Tensor, shape: readonly number[]): Tensor {
  const lead = x.shape.length - shape.length;
  const axis = x.shape.flatMap((length, i) => (i < lead || (shape[i - lead] === 1 && length > 1) ? [i] : []));
  expectShape(
    lead >= 0 && x.shape.every((length, i) => axis.includes(i) || shape[i - lead] === length),
    () => `sumTo: ${showShape(shape)} does not broadcast to ${showShape(x.shape)}`,
  );
  return axis.length === 0 ? x : tidy(() => reshape(sum(x, { axis }), shape));
}

/** The inverse of a reduction: repeats the reduced `x` along `axis` to `shape`. */
export function expandReduced(x: Tensor, shape: readonly number[], axis: readonly number[]): Tensor {
  return runOp(addOp, { a: zeros(shape), b: reshape(x, keepDimsShape(shape, axis)) }, {});
}
