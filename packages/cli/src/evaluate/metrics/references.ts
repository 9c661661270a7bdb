import { ResidualError } from '@residual/base';

/** A sentence for a metric: one hypothesis and its references. */
export interface Sentence {
  readonly hypothesis: string;
  /** One or more, none of them empty. */
  readonly references: readonly string[];
}

/**
 * Pairs hypotheses with their references and drops empty references. Errors if a sentence has no reference, or if the
 * numbers of hypotheses and sentences differ.
 */
export function sentencesOf(
  hypotheses: readonly string[],
  references: readonly (readonly string[])[],
): readonly Sentence[] {
  if (hypotheses.length !== references.length) {
    throw new ResidualError(
      'references',
      `metrics: ${hypotheses.length} hypotheses do not fit references for ${references.length} sentences`,
    );
  }
  return hypotheses.map((hypothesis, i) => {
    const nonEmpty = references[i]!.filter(reference => reference !== '');
    if (nonEmpty.length > 0) return { hypothesis, references: nonEmpty };
    throw new ResidualError('references', `metrics: sentence ${i + 1} has no reference that is not empty`);
  });
}

/** The number of references of each sentence, as in sacreBLEU's signatures: a number, or `var`. */
export function referenceCount(sentences: readonly Sentence[]): string {
  const counts = new Set(sentences.map(({ references }) => references.length));
  return counts.size === 1 ? String([...counts][0]) : 'var';
}
