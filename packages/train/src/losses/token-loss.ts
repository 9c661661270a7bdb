import {
  add,
  crossEntropy,
  expectOptions,
  logSumExp,
  mean,
  mul,
  ResidualError,
  reshape,
  sub,
  sum,
  type Tensor,
  tensor,
  tidy,
} from '@residual/tensor';
import { ignoreIndex as defaultIgnoreIndex } from '../data/token-batch.js';
import { expectFraction, expectNonNegative } from '../numbers.js';

/** Settings of `tokenLoss`. */
export interface TokenLossOptions {
  /** The label of rows that do not count; -100 if absent (as in PyTorch). */
  readonly ignoreIndex?: number;
  /** The share of the target distribution that is uniform over the vocabulary; 0 if absent (Szegedy et al. 2016). */
  readonly labelSmoothing?: number;
  /** The weight of each row, in the order of the labels; 1 if absent. */
  readonly weights?: ArrayLike<number> | undefined;
}

/** Labels [rows] with the weight of each row. */
export interface Labels {
  readonly ids: ArrayLike<number>;
  readonly weights: Float32Array;
  /** The sum of the weights of rows that count. */
  readonly totalWeight: number;
}

/**
 * Labels with their weights, 0 for rows that do not count. Errors if the numbers of weights and labels differ, or if a
 * weight is below 0.
 */
export function labelsOf(name: string, ids: ArrayLike<number>, options: TokenLossOptions): Labels {
  const { ignoreIndex = defaultIgnoreIndex, weights, labelSmoothing = 0 } = options;
  expectFraction(name, 'labelSmoothing', labelSmoothing);
  if (weights && weights.length !== ids.length)
    throw new ResidualError('shape', `${name}: ${weights.length} weights do not fit ${ids.length} labels`);
  const effectiveWeights = new Float32Array(ids.length);
  let totalWeight = 0;
  for (let i = 0; i < ids.length; i++) {
    const weight = weights?.[i] ?? 1;
    if (!(weight >= 0)) expectNonNegative(name, `weight ${i}`, weight);
    effectiveWeights[i] = ids[i] === ignoreIndex ? 0 : weight;
    totalWeight += effectiveWeights[i]!;
  }
  return { ids, weights: effectiveWeights, totalWeight };
}

/**
 * The mean cross-entropy of `labels` given logits [rows, vocab], a tensor of shape []: Σ weight · ((1 - labelSmoothing)
 * · -log p(label) + labelSmoothing · mean of -log p) / Σ weight. Rows with the label `ignoreIndex` do not count; if
 * none counts the loss is 0. Labels are plain numbers, one for each row.
 */
export function tokenLoss(logits: Tensor, labels: ArrayLike<number>, options: TokenLossOptions = {}): Tensor {
  expectOptions('tokenLoss', options, { ignoreIndex: 0, labelSmoothing: 0, weights: 0 });
  const weightedLabels = labelsOf('tokenLoss', labels, options);
  return tidy(() =>
    mul(lossSum(logits, weightedLabels, 0, labels.length, options), 1 / (weightedLabels.totalWeight || 1)),
  );
}

/** Σ weight · loss over the rows `from` to `to` of the labels, whose logits are [to - from, vocab]. */
export function lossSum(
  logits: Tensor,
  { ids, weights }: Labels,
  from: number,
  to: number,
  { ignoreIndex = defaultIgnoreIndex, labelSmoothing = 0 }: TokenLossOptions,
): Tensor {
  const vocab = logits.shape.at(-1)!;
  const part = Int32Array.from({ length: to - from }, (_, i) => ids[from + i]!);
  const badIndex = part.findIndex(id => id !== ignoreIndex && !(id >= 0 && id < vocab));
  if (badIndex >= 0)
    throw new ResidualError(
      'range',
      `tokenLoss: label ${from + badIndex} is ${part[badIndex]}; it must be 0 .. ${vocab - 1}, or ` +
        `${ignoreIndex} to be ignored`,
    );
  return tidy(() => {
    const rows = reshape(logits, [-1, vocab]);
    const losses = crossEntropy(rows, tensor(part, [part.length], 'int32'), { ignoreIndex });
    const weight = tensor(weights.slice(from, to), [part.length]);
    if (labelSmoothing === 0) return sum(mul(losses, weight));
    const uniformLoss = sub(logSumExp(rows), mean(rows, { axis: 1 })); // the mean of -log p over the vocabulary
    return sum(mul(add(mul(losses, 1 - labelSmoothing), mul(uniformLoss, labelSmoothing)), weight));
  });
}
