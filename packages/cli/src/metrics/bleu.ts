import { countMatches, countNgrams } from './ngrams.js';
import { referenceCount, type Sentence, sentencesOf } from './references.js';
import { tokenize13a } from './tokenize-13a.js';

/** The longest runs of words that are counted. */
const maxOrder = 4;
const orders = [1, 2, 3, 4] as const;

/** A BLEU score with what it is made of. */
export interface Bleu {
  /** 0 .. 100. */
  readonly score: number;
  /** Share of the hypotheses' runs of 1, 2, 3 and 4 words that occur in a reference, in percent. */
  readonly precisions: readonly number[];
  /** How many those are, and out of how many. */
  readonly counts: readonly number[];
  readonly totals: readonly number[];
  /** exp(1 - reference length / hypothesis length) where the hypotheses are shorter, else 1. */
  readonly brevityPenalty: number;
  /** Words and signs of all hypotheses, and of the reference of each sentence whose length is nearest. */
  readonly hypothesisLength: number;
  readonly referenceLength: number;
  /** The settings, as sacreBLEU writes them, without its version. */
  readonly signature: string;
}

/**
 * BLEU of a corpus, as sacreBLEU computes it by default: 13a tokenization, case kept, runs of up to 4 words, a run that never occurs smoothed by halves
 * (`exp`). `references` are those of each sentence, empty ones left out. Papineni et al. 2002; Post 2018, arXiv:1804.08771.
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

/** Of lengths the nearest one, of two equally near ones the shorter. */
function nearest(length: number, lengths: readonly number[]): number {
  const off = (each: number) => Math.abs(each - length);
  return lengths.reduce((best, each) =>
    off(each) < off(best) || (off(each) === off(best) && each < best) ? each : best,
  );
}

/** How often each run occurs in the reference that has it most often. */
function maxCounts(references: readonly (readonly string[])[], order: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (const words of references)
    for (const [run, count] of countNgrams(words, order)) counts.set(run, Math.max(count, counts.get(run) ?? 0));
  return counts;
}

/** Precisions in percent. The first order without a hit counts half a hit, the next a quarter, and so on; without any hit all are 0, and so is one without runs. */
function smoothed(counts: readonly number[], totals: readonly number[]): number[] {
  if (counts.every(count => count === 0)) return counts.map(() => 0);
  let part = 1;
  return counts.map((count, i) => {
    if (totals[i] === 0) return 0;
    if (count === 0) part /= 2;
    return (100 * (count === 0 ? part : count)) / totals[i]!;
  });
}
