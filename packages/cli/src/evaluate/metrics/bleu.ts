import { countMatches, countNgrams } from './ngrams.js';
import { referenceCount, type Sentence, sentencesOf } from './references.js';
import { tokenize13a } from './tokenize-13a.js';

/** The largest n of the n-grams that are counted. */
const maxOrder = 4;
const orders = [1, 2, 3, 4] as const;

/** A BLEU score with its components. */
export interface Bleu {
  /** 0 .. 100. */
  readonly score: number;
  /** Percentage of the hypotheses' n-grams of 1, 2, 3 and 4 words that occur in a reference. */
  readonly precisions: readonly number[];
  /** The matching n-grams, and all n-grams, for each of these orders. */
  readonly counts: readonly number[];
  readonly totals: readonly number[];
  /** exp(1 - reference length / hypothesis length) where the hypotheses are shorter, else 1. */
  readonly brevityPenalty: number;
  /** Words and signs of all hypotheses, and of each sentence's reference of the nearest length. */
  readonly hypothesisLength: number;
  readonly referenceLength: number;
  /** The settings, as sacreBLEU writes them, without its version. */
  readonly signature: string;
}

/**
 * BLEU of a corpus with the defaults of sacreBLEU: 13a tokenization, mixed case, n-grams of up to 4 words, `exp`
 * smoothing. `references` holds the references of each sentence; empty ones are ignored. Papineni et al. 2002; Post
 * 2018, arXiv:1804.08771.
 */
export function bleu(hypotheses: readonly string[], references: readonly (readonly string[])[]): Bleu {
  const sentences = sentencesOf(hypotheses, references);
  const [counts, totals] = [
    [0, 0, 0, 0],
    [0, 0, 0, 0],
  ];
  let [hypothesisLength, referenceLength] = [0, 0];
  for (const sentence of sentences) {
    const { words, references: tokenizedReferences } = tokenized(sentence);
    hypothesisLength += words.length;
    referenceLength += nearest(
      words.length,
      tokenizedReferences.map(({ length }) => length),
    );
    for (const order of orders) {
      counts[order - 1]! += countMatches(countNgrams(words, order), maxCounts(tokenizedReferences, order));
      totals[order - 1]! += Math.max(words.length - order + 1, 0);
    }
  }
  const isShort = hypothesisLength < referenceLength;
  const penalty = hypothesisLength === 0 ? 0 : Math.exp(1 - referenceLength / hypothesisLength);
  const brevityPenalty = isShort ? penalty : 1;
  const precisions = smoothed(counts, totals);
  const mean = precisions.reduce((sum, precision) => sum + Math.log(precision), 0) / maxOrder;
  const signature = `nrefs:${referenceCount(sentences)}|case:mixed|eff:no|tok:13a|smooth:exp`;
  const score = brevityPenalty * Math.exp(mean); // log 0 is -Infinity, whose exp is 0
  return { score, precisions, counts, totals, brevityPenalty, hypothesisLength, referenceLength, signature };
}

function tokenized({ hypothesis, references }: Sentence): { words: string[]; references: string[][] } {
  return { words: tokenize13a(hypothesis), references: references.map(tokenize13a) };
}

/** The nearest of some lengths; of two equally near ones the shorter. */
function nearest(length: number, lengths: readonly number[]): number {
  const off = (each: number) => Math.abs(each - length);
  return lengths.reduce((best, each) =>
    off(each) < off(best) || (off(each) === off(best) && each < best) ? each : best,
  );
}

/** For each n-gram its largest number of occurrences in one reference. */
function maxCounts(references: readonly (readonly string[])[], order: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (const words of references)
    for (const [ngram, count] of countNgrams(words, order)) counts.set(ngram, Math.max(count, counts.get(ngram) ?? 0));
  return counts;
}

/**
 * Precisions in percent. The first order without a match counts half a match, the next a quarter, and so on. Without
 * any match all are 0; an order without n-grams is 0.
 */
function smoothed(counts: readonly number[], totals: readonly number[]): number[] {
  if (counts.every(count => count === 0)) return counts.map(() => 0);
  let part = 1;
  return counts.map((count, i) => {
    if (totals[i] === 0) return 0;
    if (count === 0) part /= 2;
    return (100 * (count === 0 ? part : count)) / totals[i]!;
  });
}
