import type { LabelScore } from '@residual/model';
import { fixed } from './format.js';

/** The rows of a table of labels with their scores, each input beside its first label. */
export function labelRows(
  results: readonly { readonly input: string; readonly labels: readonly LabelScore[] }[],
): string[][] {
  return results.flatMap(({ input, labels }) =>
    labels.map(({ label, score }, i) => [label, fixed(score, 4), i === 0 ? input : '']),
  );
}
