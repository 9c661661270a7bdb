import { expectShape, showShape } from '../errors.js';
import { type Op, run } from '../op.js';
import type { Tensor } from '../tensor.js';
import { zeros } from './create.js';

const reshapeOp: Op<{ x: Tensor }, { shape: readonly number[] }> = {
  name: 'residual.reshape',
  stock: 'Reshape',
  gradient: (dy, { shapes }) => ({ x: () => reshape(dy, shapes.x) }),
};

/** The same numbers under another shape; one length may be -1 and is found from the others. */
export function reshape(x: Tensor, shape: readonly number[]): Tensor {
  const known = shape.reduce((product, length) => (length < 0 ? product : product * length), 1);
  const whole = shape.map(length => (length < 0 ? x.size / known : length));
  expectShape(
    whole.every(length => Number.isInteger(length) && length >= 0) && whole.reduce((p, n) => p * n, 1) === x.size,
    () => `reshape: ${showShape(x.shape)} holds ${x.size} numbers and does not fit ${showShape(shape)}`,
  );
  return run(reshapeOp, { x }, { shape: whole });
}

const transposeOp: Op<{ x: Tensor }, { perm: readonly number[] }> = {
  name: 'residual.transpose',
  stock: 'Transpose',
  gradient: (dy, { attributes: { perm } }) => ({
    x: () =>
      transpose(
        dy,
        perm.map((_, axis) => perm.indexOf(axis)),
      ),
  }),
};

/** The axes in another order: axis i of the result is axis `order[i]` of x. */
export function transpose(x: Tensor, order: readonly number[]): Tensor {
  expectShape(
    order.length === x.shape.length && order.every((_, axis) => order.includes(axis)),
    () => `transpose: order ${showShape(order)} does not name each axis of ${showShape(x.shape)} once`,
  );
  return run(transposeOp, { x }, { perm: order });
}

const sliceOp: Op<{ x: Tensor }, { begin: readonly number[]; size: readonly number[] }> = {
  name: 'residual.slice',
  stock: 'Slice',
  gradient: (dy, { shapes, attributes: { begin, size } }) => ({ x: () => surround(dy, shapes.x, begin, size) }),
};

/** The part of x that starts at `begin` and has lengths `size`. */
export function slice(x: Tensor, begin: readonly number[], size: readonly number[]): Tensor {
  expectShape(
    begin.length === x.shape.length &&
      size.length === x.shape.length &&
      begin.every((start, i) => start >= 0 && size[i]! >= 0 && start + size[i]! <= x.shape[i]!),
    () => `slice: begin ${showShape(begin)} and size ${showShape(size)} leave ${showShape(x.shape)}`,
  );
  return run(sliceOp, { x }, { begin, size });
}

/** The part `start .. start + length - 1` of one axis (counted from the end if negative). */
export function sliceAxis(x: Tensor, axis: number, start: number, length: number): Tensor {
  const at = axis < 0 ? axis + x.shape.length : axis;
  return slice(
    x,
    x.shape.map((_, i) => (i === at ? start : 0)),
    x.shape.map((whole, i) => (i === at ? length : whole)),
  );
}

/** Equal parts of one axis. */
export function split(x: Tensor, parts: number, axis = -1): Tensor[] {
  const at = axis < 0 ? axis + x.shape.length : axis;
  const whole = x.shape[at] ?? 0;
  expectShape(whole % parts === 0, () => `split: axis ${axis} of ${showShape(x.shape)} does not split into ${parts}`);
  const length = whole / parts;
  return Array.from({ length: parts }, (_, i) => sliceAxis(x, at, i * length, length));
}

/** Tensors one after another along one axis; all other lengths are equal. */
export function concat(parts: readonly Tensor[], axis: number): Tensor {
  const first = parts[0];
  expectShape(first !== undefined, () => 'concat: nothing to put together');
  const at = axis < 0 ? axis + first.shape.length : axis;
  for (const part of parts)
    expectShape(
      part.shape.length === first.shape.length && part.shape.every((n, i) => i === at || n === first.shape[i]),
      () => `concat: ${showShape(first.shape)} and ${showShape(part.shape)} differ beside axis ${axis}`,
    );
  const lengths = parts.map(part => part.shape[at]!);
  const starts = lengths.map((_, i) => lengths.slice(0, i).reduce((sum, n) => sum + n, 0));
  const op: Op<Record<string, Tensor>, { axis: number }> = {
    name: 'residual.concat',
    stock: 'Concat',
    list: true,
    gradient: dy =>
      Object.fromEntries(parts.map((_, i) => [String(i), () => sliceAxis(dy, at, starts[i]!, lengths[i]!)])),
  };
  return run(op, Object.fromEntries(parts.map((part, i) => [String(i), part])), { axis: at });
}

function surround(x: Tensor, shape: readonly number[], begin: readonly number[], size: readonly number[]): Tensor {
  return shape.reduce((inner, length, axis) => {
    const before = begin[axis]!;
    const after = length - before - size[axis]!;
    const pad = (n: number) => zeros(inner.shape.map((whole, i) => (i === axis ? n : whole)));
    return before === 0 && after === 0
      ? inner
      : concat([...(before ? [pad(before)] : []), inner, ...(after ? [pad(after)] : [])], axis);
  }, x);
}
