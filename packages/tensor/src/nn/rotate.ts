import { expectShape, showShape } from '../errors.js';
import { add, mul, neg, sub } from '../ops/arithmetic.js';
import { type Op, runOp } from '../ops/op.js';
import { concat, reshape, sliceAxis } from '../ops/shape.js';
import type { Tensor } from '../tensor.js';
import { embed } from './embed.js';
import { expectInt32 } from './expect-integers.js';

/** The inputs of `residual.rotate`. */
export type RotateInputs = {
  /** [batch, heads, length, headDim]. */
  readonly x: Tensor;
  /** [positions, pairs]. */
  readonly cos: Tensor;
  /** [positions, pairs]. */
  readonly sin: Tensor;
  /** Position ids, int32 [1 | batch, length]. */
  readonly ids: Tensor;
};

/** The attributes of `residual.rotate`: a pair is (2i, 2i + 1) if `interleaved`, or else (i, i + pairs). */
export type RotateAttributes = { readonly interleaved: boolean };

const rotateOp: Op<RotateInputs, RotateAttributes> = {
  name: 'residual.rotate',
  compose: applyRotary,
  saves: ['cos', 'sin', 'ids'],
  gradient: (dy, { saved: { cos, sin, ids }, attributes }) => ({
    x: () => runOp(rotateOp, { x: dy, cos, sin: neg(sin), ids }, attributes),
    cos: () => undefined, // the tables are constants
    sin: () => undefined,
  }),
};

/**
 * Rotary position embedding (Su et al. 2021): rotates pairs of entries by the angle of their position. x [batch, heads,
 * length, headDim] to the same, cos and sin [positions, pairs], position ids int32 [1 | batch, length]. A pair is (i, i
 * + pairs), or (2i, 2i + 1) if `interleaved`; entries beyond 2 · pairs are unchanged.
 */
export function rotate(
  x: Tensor,
  { cos, sin, ids }: Omit<RotateInputs, 'x'>,
  { interleaved = false }: { interleaved?: boolean } = {},
): Tensor {
  const [batch, , length, headDim] = x.shape;
  expectShape(
    x.shape.length === 4 &&
      cos.shape.length === 2 &&
      showShape(cos.shape) === showShape(sin.shape) &&
      2 * cos.shape[1]! <= headDim! &&
      ids.shape.length === 2 &&
      ids.shape[1] === length &&
      (ids.shape[0] === 1 || ids.shape[0] === batch),
    () =>
      `rotate: x ${showShape(x.shape)} is [batch, heads, length, headDim]; cos ${showShape(cos.shape)}, sin ` +
      `${showShape(sin.shape)} and ids ${showShape(ids.shape)} do not fit; they are [positions, pairs], the ` +
      'same, and [1 | batch, length]',
  );
  expectInt32('rotate', 'ids', ids);
  return runOp(rotateOp, { x, cos, sin, ids }, { interleaved });
}

function applyRotary({ x, cos, sin, ids }: RotateInputs, { interleaved }: RotateAttributes): Tensor {
  const [batch, heads, length, headDim] = x.shape as [number, number, number, number];
  const pairs = cos.shape[1]!;
  const split = interleaved ? [batch * heads, length, pairs, 2] : [batch * heads, length, 2, pairs];
  const axis = interleaved ? 3 : 2;
  const part = reshape(2 * pairs === headDim ? x : sliceAxis(x, 3, 0, 2 * pairs), split);
  const half = (i: number) => reshape(sliceAxis(part, axis, i, 1), [batch, heads, length, pairs]);
  const angles = (table: Tensor) => reshape(embed(table, ids), [ids.shape[0]!, 1, length, pairs]);
  const [a, b, c, s] = [half(0), half(1), angles(cos), angles(sin)];
  const rotated = [sub(mul(a, c), mul(b, s)), add(mul(b, c), mul(a, s))];
  const flat = rotated.map(t =>
    reshape(t, interleaved ? [batch * heads, length, pairs, 1] : [batch * heads, length, 1, pairs]),
  );
  const joined = reshape(concat(flat, axis), [batch, heads, length, 2 * pairs]);
  return 2 * pairs === headDim ? joined : concat([joined, sliceAxis(x, 3, 2 * pairs, headDim - 2 * pairs)], 3);
}
