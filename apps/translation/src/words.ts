import { type Alternative, alternativesOf, isUnsure } from '@residual/appkit';
import type { Span, TranslatedSegment } from '@residual/model';
import { diffWords } from './difference.js';
import type { Sentence } from './sentence.js';

/** A word of a translation. */
export interface Word {
  readonly text: string;
  /** The product of the probabilities of its tokens. */
  readonly probability: number;
  /** For each of its tokens the tokens that the decoder considered, most likely first. */
  readonly alternatives: readonly (readonly Alternative[])[];
}

/** The words of a translation with their probabilities and alternatives; none without alignments. */
export function wordsOf({ segment, reading }: Pick<Sentence, 'segment' | 'reading'>): Word[] {
  const { alignment, translation, tokens } = segment;
  if (!alignment) return [];
  return alignment.targetWords.map(word => {
    const indices = [...tokens.keys()].filter(i => overlap(alignment.target[i]!, word));
    return {
      text: translation.slice(...word),
      probability: Math.exp(indices.reduce((sum, i) => sum + reading.predictions[i]!.logprob!, 0)),
      alternatives: indices.map(i => {
        const { topLogprobs, logprob } = reading.predictions[i]!;
        return alternativesOf(tokens[i]!, Math.exp(logprob!), topLogprobs);
      }),
    };
  });
}

const overlap = ([a, b]: Span, [c, d]: Span) => Math.min(b, d) > Math.max(a, c);

/** Whether each of some words follows the one before without a space. */
export const joinedIn = (spans: readonly Span[]): boolean[] =>
  spans.map(([start], i) => i > 0 && spans[i - 1]![1] === start);

/** The indices of the words that are marked as unsure; punctuation marks are not. */
export const unsureWords = (words: readonly Word[]): number[] => [...words.keys()].filter(i => isUnsure(words[i]!));

/** A translation that a beam search finished and that did not win. */
export interface LostTranslation {
  readonly text: string;
  readonly score: number;
}

/** The translations that lost, best first, each once. */
export function lostTranslations({ segment, columns }: Sentence): LostTranslation[] {
  const ends = columns.flatMap(({ ends }) => ends).sort((a, b) => b.score - a.score);
  const scores = new Map<string, number>();
  for (const { text, score } of ends) if (text !== segment.translation && !scores.has(text)) scores.set(text, score);
  return [...scores].map(([text, score]) => ({ text, score }));
}

/** Those that have something else in the place of a word. */
export function lostAtWord(
  lost: readonly LostTranslation[],
  segment: TranslatedSegment,
  word: number,
): LostTranslation[] {
  const span = segment.alignment!.targetWords[word]!;
  return lost.filter(({ text }) => {
    let end = 0;
    return diffWords(segment.translation, text).some(({ text: own, changed }) => {
      const start = end;
      end += own.length;
      return changed && overlap([start, start + own.trimEnd().length], span);
    });
  });
}
