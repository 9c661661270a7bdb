import { expectShape, ResidualError, showShape } from '../errors.js';
import { type Op, run } from '../op.js';
import { reshape, transpose } from '../ops/shape.js';
import type { Tensor } from '../tensor.js';
import { scatterAdd } from './embed.js';

const gatherOp: Op<{ x: Tensor; indices: Tensor }, { axis: number; batchDims: 0 }> = {
  name: 'residual.gather',
  stock: 'GatherV2',
  saves: ['indices'],
  gradient: (dy, { saved: { indices }, shapes, attributes: { axis } }) => ({
    x: () => {
      const first = [axis, ...shapes.x.flatMap((_, i) => (i === axis ? [] : [i]))];
      const moved = transpose(dy, first);
      const whole = first.map(i => shapes.x[i]!);
      const rows = scatterAdd(reshape(moved, [indices.size, -1]), indices, whole[0]!);
      return transpose(
        reshape(rows, whole),
        first.map((_, i) => first.indexOf(i)),
      );
    },
  }),
};

/** The entries of one axis that `indices` int32 [n] names: x [..., length, ...] to [..., n, ...]. An index outside is an error on cpu and wasm alone. */
export function gather(x: Tensor, indices: Tensor, axis: number): Tensor {
  const at = axis < 0 ? axis + x.shape.length : axis;
  expectShape(
    indices.shape.length === 1 && x.shape[at] !== undefined,
    () =>
      `gather: indices ${showShape(indices.shape)} along axis ${axis} of ${showShape(x.shape)} do not fit; indices are [n]`,
  );
  if (indices.dtype !== 'int32')
    throw new ResidualError('dtype', `gather: indices are ${indices.dtype}; they must be int32`);
  return run(gatherOp, { x, indices }, { axis: at, batchDims: 0 });
}
