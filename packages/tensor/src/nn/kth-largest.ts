import { expectShape, showShape } from '../errors.js';
import { add, mul, neg, scalarMinus, sub } from '../ops/arithmetic.js';
import { greaterEqual } from '../ops/compare.js';
import { toFloat } from '../ops/convert.js';
import { type Op, runOp, type UnaryInputs } from '../ops/op.js';
import { max } from '../ops/reduce.js';
import { reshape } from '../ops/shape.js';
import { sum } from '../ops/sum.js';
import { type Tensor, tidy } from '../tensor.js';

/** The attributes of `residual.kthLargest`: the rank, counted from 1. */
export type KthLargestAttributes = { readonly k: number };

const lastAxis = { axis: 1, keepDims: true };

/** Halvings of the range of a row, which leave 2⁻³² of it. */
const halvings = 32;

/** Halves the range between minimum and maximum, then takes the smallest entry that is not below it. */
const kthLargestOp: Op<UnaryInputs, KthLargestAttributes> = {
  name: 'residual.kthLargest',
  compose: ({ x }, { k }) => {
    const highest = max(x, lastAxis); // [rows, 1]
    const lowest = neg(max(neg(x), lastAxis));
    let [low, high] = [lowest, highest];
    for (let i = 0; i < halvings; i++) {
      [low, high] = tidy(() => {
        const middle = mul(add(low, high), 0.5);
        const isEnough = toFloat(greaterEqual(sum(toFloat(greaterEqual(x, middle)), lastAxis), k));
        const isTooFew = scalarMinus(1, isEnough);
        return [
          add(mul(middle, isEnough), mul(low, isTooFew)),
          add(mul(high, isEnough), mul(middle, isTooFew)),
        ] as const;
      });
    }
    // The smallest x ≥ low, exactly: of -x there and of -highest elsewhere the largest.
    const kept = toFloat(greaterEqual(x, low));
    return neg(max(sub(mul(neg(x), kept), mul(highest, scalarMinus(1, kept))), lastAxis));
  },
  gradient: 'none',
};

/**
 * The k-th largest entry along the last axis, equal entries counted separately: x [..., length] to [..., 1]. It passes
 * no gradient. Without a kernel, entries that differ by less than 2⁻²⁴ of the range of their row count as equal.
 * Errors if k is not 1 .. length.
 */
export function kthLargest(x: Tensor, k: number): Tensor {
  const length = x.shape.at(-1) ?? 0;
  expectShape(
    Number.isInteger(k) && k >= 1 && k <= length,
    () => `kthLargest: k is ${k}; it must be 1 .. ${length}, for x is ${showShape(x.shape)}`,
  );
  return tidy(() => {
    const rows = runOp(kthLargestOp, { x: reshape(x, [-1, length]) }, { k }); // [rows, 1]
    return reshape(rows, [...x.shape.slice(0, -1), 1]);
  });
}
