import { expectShape, ResidualError, showShape } from '../errors.js';
import { sizeOf } from '../shape.js';
import type { Tensor } from '../tensor.js';
import { axisOf } from './axes.js';
import { zeros } from './create.js';
import { type Op, runOp, type UnaryInputs } from './op.js';

/** The attributes of `residual.reshape`. */
export type ReshapeAttributes = { readonly shape: readonly number[] };

const reshapeOp: Op<UnaryInputs, ReshapeAttributes> = {
  name: 'residual.reshape',
  tfjsKernel: 'Reshape',
  gradient: (dy, { shapes }) => ({ x: () => reshape(dy, shapes.x) }),
};

/** The same data with another shape; one length may be -1 and is inferred. */
export function reshape(x: Tensor, shape: readonly number[]): Tensor {
  const knownProduct = sizeOf(shape.filter(length => length !== -1));
  const lengths = shape.map(length => (length === -1 ? x.size / knownProduct : length));
  expectShape(
    lengths.every(length => Number.isInteger(length) && length >= 0) && sizeOf(lengths) === x.size,
    () => `reshape: ${showShape(x.shape)} holds ${x.size} numbers and does not fit ${showShape(shape)}`,
  );
  return runOp(reshapeOp, { x }, { shape: lengths });
}

const transposeOp: Op<UnaryInputs, { perm: readonly number[] }> = {
  name: 'residual.transpose',
  tfjsKernel: 'Transpose',
  gradient: (dy, { attributes: { perm } }) => {
    const back = perm.map((_, axis) => perm.indexOf(axis));
    return { x: () => transpose(dy, back) };
  },
};

/** Permutes the axes: axis i of the result is axis `order[i]` of x. */
export function transpose(x: Tensor, order: readonly number[]): Tensor {
  expectShape(
    order.length === x.shape.length && order.every((_, axis) => order.includes(axis)),
    () => `transpose: order ${showShape(order)} does not name each axis of ${showShape(x.shape)} once`,
  );
  return runOp(transposeOp, { x }, { perm: order });
}

/** The attributes of `residual.slice`. */
export type SliceAttributes = { readonly begin: readonly number[]; readonly size: readonly number[] };

const sliceOp: Op<UnaryInputs, SliceAttributes> = {
  name: 'residual.slice',
  tfjsKernel: 'Slice',
  gradient: (dy, { shapes, attributes: { begin } }) => ({ x: () => padTo(dy, shapes.x, begin) }),
};

/** The part of x that starts at `begin` and has the shape `size`. */
export function slice(x: Tensor, begin: readonly number[], size: readonly number[]): Tensor {
  const fits = (start: number, length: number, whole: number) =>
    Number.isInteger(start) && Number.isInteger(length) && start >= 0 && length >= 0 && start + length <= whole;
  expectShape(
    begin.length === x.shape.length &&
      size.length === x.shape.length &&
      begin.every((start, axis) => fits(start, size[axis]!, x.shape[axis]!)),
    () => `slice: begin ${showShape(begin)} and size ${showShape(size)} do not fit ${showShape(x.shape)}`,
  );
  return runOp(sliceOp, { x }, { begin, size });
}

/** The entries start .. start + length - 1 along an axis, negative axes counted from the end. */
export function sliceAxis(x: Tensor, axis: number, start: number, length: number): Tensor {
  const at = axisOf('sliceAxis', x, axis);
  const begin = x.shape.map((_, i) => (i === at ? start : 0));
  const size = x.shape.map((whole, i) => (i === at ? length : whole));
  return slice(x, begin, size);
}

/** Splits an axis into equal parts, negative axes counted from the end. */
export function split(x: Tensor, parts: number, axis = -1): Tensor[] {
  const at = axisOf('split', x, axis);
  const length = x.shape[at]! / parts;
  expectShape(
    Number.isInteger(length) && parts > 0,
    () => `split: axis ${axis} of ${showShape(x.shape)} does not split into ${parts} equal parts`,
  );
  return Array.from({ length: parts }, (_, i) => sliceAxis(x, at, i * length, length));
}

const concatOp: Op<Record<string, Tensor>, { axis: number }> = {
  name: 'residual.concat',
  tfjsKernel: 'Concat',
  inputsAsList: true,
  gradient: (dy, { shapes, attributes: { axis } }) => {
    let end = 0;
    return Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => {
        const length = shape[axis]!;
        const start = end;
        end += length;
        return [name, () => sliceAxis(dy, axis, start, length)];
      }),
    );
  },
};

/**
 * Concatenates tensors of one type along an axis, negative axes counted from the end; all other lengths must be equal.
 */
export function concat(parts: readonly Tensor[], axis: number): Tensor {
  const first = parts[0];
  expectShape(first !== undefined, () => 'concat: there are no tensors');
  const at = axisOf('concat', first, axis);
  for (const part of parts) {
    expectShape(
      part.shape.length === first.shape.length && part.shape.every((n, i) => i === at || n === first.shape[i]),
      () => `concat: ${showShape(first.shape)} and ${showShape(part.shape)} differ in more than axis ${axis}`,
    );
    if (part.dtype !== first.dtype)
      throw new ResidualError('dtype', `concat: ${first.dtype} and ${part.dtype} do not mix; convert one`);
  }
  return runOp(concatOp, Object.fromEntries(parts.entries()), { axis: at });
}

/** Pads x with zeros to `shape`, with its first entry at `begin`. */
function padTo(x: Tensor, shape: readonly number[], begin: readonly number[]): Tensor {
  return shape.reduce((inner, length, axis) => {
    const start = begin[axis]!;
    const end = length - start - inner.shape[axis]!;
    const pad = (n: number) => (n === 0 ? [] : [zeros(inner.shape.map((whole, i) => (i === axis ? n : whole)))]);
    return start + end === 0 ? inner : concat([...pad(start), inner, ...pad(end)], axis);
  }, x);
}
