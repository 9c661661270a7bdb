import { expectShape, showShape } from '../errors.js';
import { add, mul } from '../ops/arithmetic.js';
import { matMul } from '../ops/mat-mul.js';
import { clone } from '../ops/op.js';
import { dispose, type Matrix, type Tensor, tidy } from '../tensor.js';
import { dense, isLowRankSum, type LowRankAdapter, type LowRankSum } from './matrix.js';
import { isPacked } from './packed/packed-matrix.js';
import { unpack } from './packed/unpack.js';

/** Makes a matrix from a base and adapters, which it owns and disposes. Errors if their shapes do not fit. */
export function lowRankSum(base: Matrix, parts: Record<string, LowRankAdapter>): LowRankSum {
  const [out, width] = base.shape as [number, number];
  for (const [name, { down, up }] of Object.entries(parts))
    expectShape(
      down.shape.length === 2 && down.shape[1] === width && up.shape[0] === out && up.shape[1] === down.shape[0],
      () =>
        `lowRankSum: down ${showShape(down.shape)} and up ${showShape(up.shape)} of '${name}' do not fit the ` +
        `matrix ${showShape(base.shape)}; they are [rank, in] and [out, rank]`,
    );
  const sum: LowRankSum = {
    shape: base.shape,
    dtype: base.dtype,
    base,
    parts,
    dispose: () => dispose([sum.base, ...Object.values(sum.parts).flatMap(({ down, up }) => [down, up])]),
  };
  return sum;
}

/** The sum of base and active adapters as a new tensor [out, in], which the caller disposes. */
export function mergeLowRank(matrix: Matrix): Tensor {
  return tidy(() => {
    if (isPacked(matrix)) return unpack(matrix);
    if (!isLowRankSum(matrix)) return clone(dense(matrix));
    return activeAdapters(matrix).reduce(
      (total, { down, up, scale }) => add(total, mul(matMul(up, down), scale)),
      mergeLowRank(matrix.base),
    );
  });
}

/** The adapters that are active and not merged. */
export function activeAdapters({ parts }: LowRankSum): LowRankAdapter[] {
  return Object.values(parts).filter(({ active, merged }) => active && !merged);
}
