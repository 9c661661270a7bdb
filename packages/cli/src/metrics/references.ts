import { ResidualError } from '@residual/base';

/** What a metric compares: one hypothesis a sentence, and its references. */
export interface Sentence {
  readonly hypothesis: string;
  /** At least one that is not empty. */
  readonly references: readonly string[];
}

/** Puts hypotheses beside their references, empty references left out. Errors where a sentence has none, or the numbers differ. */
export function sentencesOf(
  hypotheses: readonly string[],
  references: readonly (readonly string[])[],
): readonly Sentence[] {
  if (hypotheses.length !== references.length) {
    throw new ResidualError(
      'references',
      `metrics: ${hypotheses.length} hypotheses and references for ${references.length} sentences do not fit; there must be as many`,
    );
  }
  return hypotheses.map((hypothesis, i) => {
    const given = references[i]!.filter(reference => reference !== '');
    if (given.length > 0) return { hypothesis, references: given };
    throw new ResidualError('references', `metrics: sentence ${i + 1} has no reference that is not empty`);
  });
}

/** How many references each sentence has, as signatures say it. */
export function referenceCount(sentences: readonly Sentence[]): string {
  const counts = new Set(sentences.map(({ references }) => references.length));
  return counts.size === 1 ? String([...counts][0]) : 'var';
}
