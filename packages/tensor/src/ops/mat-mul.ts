import { expectShape, ResidualError, showShape } from '../errors.js';
import { type Op, run } from '../op.js';
import type { Tensor } from '../tensor.js';

type Transposes = { transposeA: boolean; transposeB: boolean };

const matMulOp: Op<{ a: Tensor; b: Tensor }, Transposes> = {
  name: 'residual.matMul',
  stock: 'BatchMatMul',
  saves: ['a', 'b'],
  gradient: (dy, { saved: { a, b }, attributes: { transposeA, transposeB } }) => ({
    a: () =>
      transposeA
        ? matMul(b, dy, { transposeA: transposeB, transposeB: true })
        : matMul(dy, b, { transposeB: !transposeB }),
    b: () =>
      transposeB
        ? matMul(dy, a, { transposeA: true, transposeB: transposeA })
        : matMul(a, dy, { transposeA: !transposeA }),
  }),
};

/**
 * The matrix product of the last two axes, [..., m, k] and [..., k, n] to [..., m, n], each side transposed first if asked. Leading axes are equal:
 * nothing is broadcast. Floats only.
 */
export function matMul(a: Tensor, b: Tensor, { transposeA = false, transposeB = false } = {}): Tensor {
  const rank = a.shape.length;
  const inner = (shape: readonly number[], transposed: boolean) => shape[rank - (transposed ? 2 : 1)];
  expectShape(
    rank >= 2 &&
      b.shape.length === rank &&
      a.shape.every((n, axis) => axis >= rank - 2 || n === b.shape[axis]) &&
      inner(a.shape, transposeA) === inner(b.shape, !transposeB),
    () =>
      `matMul: ${showShape(a.shape)}${transposeA ? ' transposed' : ''} and ${showShape(b.shape)}${transposeB ? ' transposed' : ''} do not fit; they are [..., m, k] and [..., k, n] with equal leading axes`,
  );
  if (a.dtype !== 'float32' || b.dtype !== 'float32')
    throw new ResidualError('dtype', `matMul: ${a.dtype} and ${b.dtype} are not both float32; convert with toFloat`);
  return run(matMulOp, { a, b }, { transposeA, transposeB });
}
