import { isHalfPrecision } from '../backend/backend.js';
import { ResidualError } from '../errors.js';
import { add, affine, mul } from '../ops/arithmetic.js';
import { range, zeros } from '../ops/create.js';
import { square, tanh } from '../ops/functions.js';
import { matMul } from '../ops/mat-mul.js';
import { concat, reshape, sliceAxis } from '../ops/shape.js';
import { softmax } from '../ops/softmax.js';
import { type Tensor, tidy } from '../tensor.js';
import type { AttendAttributes, AttendOpInputs } from './attend.js';
import { embed } from './embed.js';

/**
 * softmax of scores [batch, heads, queryLen, keyLen] over the keys that `mask` (of `attentionMask`) allows; zeros if it
 * allows none. With `sinks` [heads] the softmax is over the keys and a sink, the logit of each head, whose weight is
 * left out: the others then sum to less than 1 (Xiao et al. 2023; gpt-oss).
 */
export function attentionWeights(scores: Tensor, mask?: Tensor, sinks?: Tensor): Tensor {
  const normalize = (x: Tensor) => (sinks ? softmaxWithSinks(x, sinks) : softmax(x));
  if (!mask) return normalize(scores);
  return tidy(() => mul(normalize(add(scores, penaltyOf(mask))), mask));
}

/** What hides the keys where a mask is 0, added to the scores. */
export function penaltyOf(mask: Tensor): Tensor {
  const penalty = isHalfPrecision() ? 1e4 : 1e9; // not Infinity: 0 · Infinity is NaN
  return affine(mask, penalty, -penalty);
}

/** The softmax over the last axis and the sink of each head, without the weight of the sink. */
function softmaxWithSinks(scores: Tensor, sinks: Tensor): Tensor {
  const [batch, heads, queryLen, keyLen] = scores.shape as [number, number, number, number];
  if (sinks.shape.length !== 1 || sinks.shape[0] !== heads)
    throw new ResidualError(
      'fit',
      `attentionWeights: sinks are [${sinks.shape}], scores have ${heads} heads; they must be [${heads}]`,
    );
  return tidy(() => {
    const column = add(zeros([batch, heads, queryLen, 1]), reshape(sinks, [1, heads, 1, 1]));
    return sliceAxis(softmax(concat([scores, column], 3)), 3, 0, keyLen);
  });
}

/**
 * weights value: [batch, heads, queryLen, keyLen] and [batch, kvHeads, keyLen, valueDim] to [batch, heads, queryLen,
 * valueDim].
 */
export function attentionValues(weights: Tensor, value: Tensor): Tensor {
  const [batch, heads, queryLen] = weights.shape as [number, number, number, number];
  return tidy(() =>
    reshape(matMul(groupQueryHeads(weights, value.shape[1]!), value), [batch, heads, queryLen, value.shape[3]!]),
  );
}

/** query keyᵀ · scale, bounded by softCap: [batch, heads, queryLen, keyLen]. */
export function cappedScores(
  { query, key, beamIndices }: Pick<AttendOpInputs, 'query' | 'key' | 'beamIndices'>,
  { scale, softCap }: AttendAttributes,
): Tensor {
  const [batch, heads, queryLen] = query.shape as [number, number, number, number];
  const products = matMul(groupQueryHeads(query, key.shape[1]!), reorderCache(key, beamIndices), { transposeB: true });
  const scaled = mul(reshape(products, [batch, heads, queryLen, key.shape[2]!]), softCap > 0 ? scale / softCap : scale);
  return softCap > 0 ? mul(tanh(scaled), softCap) : scaled;
}

/** The derivative of c tanh(s / c), 1 - tanh²(s / c), from the capped scores. */
export function capDerivative(capped: Tensor, softCap: number): Tensor {
  return affine(square(capped), -1 / (softCap * softCap), 1);
}

/** Adds the bias to the scores, if there is one. */
export function withBias(scores: Tensor, bias: Tensor | undefined): Tensor {
  return bias ? add(scores, bias) : scores;
}

/**
 * Joins the query heads that share a key head: [batch, heads, rows, width] to [batch, kvHeads, heads / kvHeads · rows,
 * width].
 */
export function groupQueryHeads(x: Tensor, kvHeads: number): Tensor {
  const [batch, heads, rows, width] = x.shape as [number, number, number, number];
  return heads === kvHeads ? x : reshape(x, [batch, kvHeads, (heads / kvHeads) * rows, width]);
}

/**
 * Reorders x [batch, kvHeads, keyLen, width]: each key is read from the batch row that `beamIndices` int32 [batch,
 * keyLen] names.
 */
export function reorderCache(x: Tensor, beamIndices: Tensor | undefined): Tensor {
  if (!beamIndices) return x;
  const [batch, kvHeads, keyLen, width] = x.shape as [number, number, number, number];
  const head = reshape(range(kvHeads), [1, kvHeads, 1]);
  const index = reshape(range(keyLen), [1, 1, keyLen]);
  const row = add(mul(add(mul(reshape(beamIndices, [batch, 1, keyLen]), kvHeads), head), keyLen), index);
  return reshape(embed(reshape(x, [batch * kvHeads * keyLen, width]), reshape(row, [-1])), x.shape);
}
