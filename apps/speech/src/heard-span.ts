import type { HeardWord } from './heard-words.js';

/** A part of a sound, in seconds. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The share of the attention that may lie on either side of the span. */
const tail = 0.15;

/**
 * Where a word was heard, in seconds: the span of the sound that has the middle 70 % of the attention with which it was
 * written, or the time of the word without one.
 */
export function heardSpan({ start, end, attention }: Pick<HeardWord, 'start' | 'end' | 'attention'>): Span {
  const total = attention?.weights.reduce((sum, weight) => sum + weight, 0) ?? 0;
  if (!attention || total === 0) return { start, end };
  const { start: first, step, weights } = attention;
  const timeAt = (share: number) => {
    let sum = 0;
    for (const [i, weight] of weights.entries()) {
      if (sum + weight >= share * total) return first + (i + (share * total - sum) / weight) * step;
      sum += weight;
    }
    return first + weights.length * step;
  };
  return { start: timeAt(tail), end: timeAt(1 - tail) };
}
