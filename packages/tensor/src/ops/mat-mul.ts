import { expectShape, ResidualError, showShape } from '../errors.js';
import type { Tensor } from '../tensor.js';
import type { BinaryInputs } from './binary.js';
import { zeros } from './create.js';
import { type Op, runOp } from './op.js';
import { concat } from './shape.js';

/** The attributes of `residual.matMul`: which sides are transposed first. */
export type MatMulAttributes = { readonly transposeA: boolean; readonly transposeB: boolean };

/**
 * The WebGL kernel of tfjs reads two entries of the inner axis at once. If its length is odd, the last pair reads one
 * stale entry of the texture, so both sides are padded with a zero first.
 */
const matMulOp: Op<BinaryInputs, MatMulAttributes> = {
  name: 'residual.matMul',
  tfjsKernel: 'BatchMatMul',
  tfjsKernelWrongOn: ['webgl'],
  compose: ({ a, b }, { transposeA, transposeB }) => {
    const [alongA, alongB] = [a.shape.length - (transposeA ? 2 : 1), b.shape.length - (transposeB ? 1 : 2)];
    const pairs = a.shape[alongA]! % 2 === 0 ? { a, b } : { a: padWithZeros(a, alongA), b: padWithZeros(b, alongB) };
    return runOp(evenMatMulOp, pairs, { transposeA, transposeB });
  },
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

const evenMatMulOp: Op<BinaryInputs, MatMulAttributes> = { name: 'residual.evenMatMul', tfjsKernel: 'BatchMatMul' };

/**
 * The matrix product of the last two axes: [..., m, k] and [..., k, n] to [..., m, n], each side optionally transposed
 * first. Leading axes must be equal; they are not broadcast. Floats only.
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
      `matMul: ${showShape(a.shape)}${transposeA ? ' transposed' : ''} and ` +
      `${showShape(b.shape)}${transposeB ? ' transposed' : ''} do not fit; they are [..., m, k] and [..., k, ` +
      'n] with equal leading axes',
  );
  if (a.dtype !== 'float32' || b.dtype !== 'float32')
    throw new ResidualError('dtype', `matMul: ${a.dtype} and ${b.dtype} are not both float32; convert with toFloat`);
  const length = inner(a.shape, transposeA)!;
  if (length > 0) return runOp(matMulOp, { a, b }, { transposeA, transposeB });
  return zeros([...a.shape.slice(0, -2), inner(a.shape, !transposeA)!, inner(b.shape, transposeB)!]); // empty sums
}

/** Pads an axis of x with one zero at the end. */
function padWithZeros(x: Tensor, axis: number): Tensor {
  return concat([x, zeros(x.shape.map((length, i) => (i === axis ? 1 : length)))], axis);
}
