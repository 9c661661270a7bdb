import { lessEqual, matMul, mul, notEqual, range, reshape, sub, type Tensor, toFloat, toInt } from '@residual/tensor';

/** Positions that follow from the ids: ids int32 [batch, length] to position ids int32 [batch, length]. */
export type PositionIds = (ids: Tensor) => Tensor;

/**
 * Positions that count only tokens other than padding, as in RoBERTa: 0 for the first of them, and -1 for padding
 * wherever it is. `learnedPositions` with an offset above 0 keeps a row for padding before the others.
 */
export function unpaddedPositions(padTokenId: number): PositionIds {
  return ids => {
    const length = ids.shape[1]!;
    const [from, to] = [reshape(range(length), [length, 1]), reshape(range(length), [1, length])];
    const isToken = toFloat(notEqual(ids, padTokenId)); // [batch, length]
    const count = matMul(isToken, toFloat(lessEqual(from, to))); // of the tokens up to each position
    return toInt(sub(mul(count, isToken), 1));
  };
}
