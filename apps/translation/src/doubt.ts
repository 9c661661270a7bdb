import { percent } from '@residual/appkit';
import type { TranslatedSegment } from '@residual/model';

/**
 * A translation is unsure if the geometric mean of its token probabilities is below this. That is the case for 1.7 % of
 * 403 held-out sentences like the training data, most of them translated wrongly, and for all of 35 texts in other
 * languages, emoji, code and random letters except “!!!!”. The median of the held-out sentences is 0.80.
 */
export const minConfidence = 0.55;

/** The geometric mean of the token probabilities, 0 .. 1. */
export const meanProbability = ({ logprob, scoredTokens }: TranslatedSegment) => Math.exp(logprob / scoredTokens);

/**
 * Whether much of a translation may be invented: the vocabulary lacks parts of the source, or the tokens were unlikely.
 */
export function isUnsure(segment: TranslatedSegment): boolean {
  return segment.unknownSpans.length > 0 || meanProbability(segment) < minConfidence;
}

/** The reason why a translation is unsure, as a sentence; empty if it is not. */
export function doubtOf(segment: TranslatedSegment): string {
  const signs = [...new Set(segment.unknownSpans.map(([start, end]) => `“${segment.source.slice(start, end)}”`))];
  if (signs.length > 0)
    return (
      `Unsure: this model cannot read ${listOf(signs)}, which its vocabulary lacks, so it guesses. ` +
      'Its translation may be invented.'
    );
  const mean = meanProbability(segment);
  if (mean >= minConfidence) return '';
  return (
    `Unsure: the model gave the tokens of this translation a chance of ${percent(mean)} on average, ` +
    'where 80 % is usual for sentences it knows. Much of it may be invented.'
  );
}

/** The first four as a list, and the number of the others. */
export function listOf(signs: readonly string[]): string {
  const shown = signs.slice(0, 4);
  const rest = signs.length - shown.length;
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(shown.length > 2 ? ', ' : ' and ');
}
