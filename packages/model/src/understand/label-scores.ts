import type { TextComposition } from '@residual/families';
import type { LabelScore } from './classify.js';

/**
 * The scores of labels from logits [..., labels], as the reference's pipeline computes them: the logits themselves for
 * a regression, a sigmoid of each where several labels may hold or there is only one, else a softmax.
 */
export function labelScores(
  { labels, problemType }: Pick<TextComposition, 'labels' | 'problemType'>,
  logits: Float32Array,
): Float32Array {
  if (problemType === 'regression') return logits;
  if (problemType === 'multi_label_classification' || labels.length === 1)
    return logits.map(logit => 1 / (1 + Math.exp(-logit)));
  const scores = new Float32Array(logits.length);
  for (let from = 0; from < logits.length; from += labels.length)
    scores.set(softmax(logits.subarray(from, from + labels.length)), from);
  return scores;
}

/** The labels of a classification with the scores of their logits [labels], best first. */
export function rankedLabels(
  composition: Pick<TextComposition, 'labels' | 'problemType'>,
  logits: Float32Array,
): LabelScore[] {
  const scores = labelScores(composition, logits);
  return composition.labels.map((label, i) => ({ label, score: scores[i]! })).sort((a, b) => b.score - a.score);
}

/** softmax of a row. */
export function softmax(row: Float32Array): Float32Array {
  const largest = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const exponentials = Float64Array.from(row, value => Math.exp(value - largest));
  const total = exponentials.reduce((a, b) => a + b, 0);
  return Float32Array.from(exponentials, value => value / total);
}
