import { keyRange, type PositionEncoding, stepPositionsOf } from '@residual/layers';
import {
  embed,
  expectInteger,
  expectOptions,
  expectValue,
  mul,
  ResidualError,
  range,
  refuseCapture,
  relu,
  reshape,
  sub,
  type Tensor,
  tensor,
  toFloat,
  toInt,
  transpose,
} from '@residual/tensor';

/**
 * The ALiBi slope of each head, 2^(-8 (h + 1) / heads). If `heads` is not a power of two: the slopes of the next lower
 * power, then every second one of the next higher power (Press et al. 2021). Errors unless `heads` is a whole number
 * above 0.
 */
export function alibiSlopes(heads: number): number[] {
  expectInteger('alibiSlopes', 'heads', heads, { min: 1, code: 'range' });
  const power = 2 ** Math.floor(Math.log2(heads));
  const slopes = (count: number) => Array.from({ length: count }, (_, h) => 2 ** ((-8 * (h + 1)) / count));
  const between = slopes(2 * power).filter((_, index) => index % 2 === 0);
  return [...slopes(power), ...between.slice(0, heads - power)];
}

/** The position encoding of `alibi`. */
export interface Alibi extends PositionEncoding<Record<never, never>> {
  readonly heads: number;
}

/** Settings of `alibi`. */
export interface AlibiOptions {
  /** Number of heads of the attention. */
  readonly heads: number;
  /** The slope of each head; `alibiSlopes(heads)` if absent. */
  readonly slopes?: readonly number[];
  /** A factor on the biases; 1 if absent. */
  readonly scale?: number;
  /**
   * `bfloat16`: slopes, positions of keys and their products are rounded to 8 significant bits, before `scale`, as in
   * Falcon; exact if absent.
   */
  readonly precision?: 'bfloat16';
}

/**
 * Attention with linear biases (ALiBi, Press et al. 2021): adds slope · (key position - query position) to the scores,
 * [1 | batch, heads, queryLen, keyLen], for keys at positions 0 .. keyLen - 1. With `precision` it adds slope · key
 * position, [1 | batch, heads, 1, keyLen], where positions count from the first token after padding; the softmax makes
 * no difference between the two. It has no weights and no length limit.
 */
export function alibi(options: AlibiOptions): Alibi {
  expectOptions('alibi', options, { heads: 1, slopes: 0, scale: 0, precision: 0 });
  const { heads, slopes = alibiSlopes(heads), scale = 1, precision } = options;
  if (slopes.length !== heads)
    throw new ResidualError('fit', `alibi: there are ${slopes.length} slopes for ${heads} heads`);
  const isKnown = precision === undefined || precision === 'bfloat16';
  expectValue(isKnown, 'alibi', 'precision', precision, 'bfloat16 or absent', 'option');
  const about = { name: 'alibi' };
  if (precision) return { needs: {}, about, heads, onScores: roundedBiases(slopes, scale) };
  return {
    needs: {},
    about,
    heads,
    onScores: (_: unknown, { queryLen, keyLen }, scope): Tensor => {
      const { positionIds } = stepPositionsOf(scope, queryLen);
      const steps = sub(
        reshape(range(keyLen), [1, 1, 1, keyLen]),
        reshape(positionIds, [positionIds.shape[0]!, 1, queryLen, 1]),
      );
      const factors = slopes.map(slope => scale * slope);
      return mul(toFloat(steps), tensor(factors, [1, heads, 1, 1]));
    },
  };
}

/** scale · round(round(slope) · round(position)) from a table by position, which is made for each capacity. */
function roundedBiases(slopes: readonly number[], scale: number): NonNullable<Alibi['onScores']> {
  const heads = slopes.length;
  const owner = {};
  return (_, { queryLen, keyLen }, scope) => {
    const { capacity, tables } = stepPositionsOf(scope, queryLen);
    if (capacity === undefined) refuseCapture('alibi makes a table that depends on the length so far');
    const bias = (position: number) =>
      slopes.map(slope => scale * toBfloat16(toBfloat16(slope) * toBfloat16(position)));
    const make = () => [
      tensor(Array.from({ length: keyLen }, (_, position) => bias(position)).flat(), [keyLen, heads]),
    ];
    const [table] = tables ? tables.get(owner, keyLen, make) : make();
    const { keyStart } = scope.get(keyRange) ?? {};
    const indices = reshape(range(keyLen), [1, keyLen]);
    const positions = keyStart ? toInt(relu(toFloat(sub(indices, reshape(keyStart, [-1, 1]))))) : indices;
    const rows = embed(table!, positions); // [1 | batch, keyLen, heads]
    return reshape(transpose(rows, [0, 2, 1]), [rows.shape[0]!, heads, 1, keyLen]);
  };
}

/** The closest number with 8 significant bits; ties go to the even one. */
function toBfloat16(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer);
  bits[0] = (bits[0]! + 0x7fff + ((bits[0]! >>> 16) & 1)) & 0xffff0000;
  return new Float32Array(bits.buffer)[0]!;
}
