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
  return gathered(x, indices, at, i => `gather: index ${i} is outside the ${x.shape[at]} entries of axis ${at}`);
}

/** The entries that `indices` name, along an axis counted from the front; `outside` says that there is none with an index. */
export function gathered(x: Tensor, indices: Tensor, axis: number, outside: (index: string) => string): Tensor {
  try {
    return run(gatherOp, { x, indices }, { axis, batchDims: 0 });
  } catch (error) {
    const [, index] =
      /^GatherV2: the index value (-?\d+) is not in/.exec(error instanceof Error ? error.message : '') ?? [];
    throw index === undefined ? error : new ResidualError('range', outside(index)); // tfjs's words
  }
}
