import { countMatches, countNgrams } from './ngrams.js';
import { referenceCount, sentencesOf } from './references.js';
import { words } from './words.js';

const orders = [1, 2, 3, 4, 5, 6] as const;
/** How many times more recall counts than precision. */
const beta = 2;

/** A chrF score. */
export interface Chrf {
  /** 0 .. 100. */
  readonly score: number;
  /** The settings, as sacreBLEU writes them, without its version. */
  readonly signature: string;
}

/** For n-grams of one order: their number in the hypothesis, in the reference, and in both. */
interface Matches {
  readonly hypothesis: number;
  readonly reference: number;
  readonly shared: number;
}

/**
 * chrF2 of a corpus with the defaults of sacreBLEU: the F-score of n-grams of up to 6 characters, without white space,
 * with case. Orders without n-grams do not count; of several references the best one of each sentence counts. Popović
 * 2015, W15-3049.
 */
export function chrf(hypotheses: readonly string[], references: readonly (readonly string[])[]): Chrf {
  const sentences = sentencesOf(hypotheses, references);
  const sums = sentences.map(({ hypothesis, references: texts }) => {
    const ngrams = ngramsOf(hypothesis);
    const matches = texts.map(reference => matchesOf(ngrams, ngramsOf(reference)));
    return matches.reduce((best, each) => (score(each) > score(best) ? each : best));
  });
  const total = orders.map((_, i) => ({
    hypothesis: sums.reduce((sum, each) => sum + each[i]!.hypothesis, 0),
    reference: sums.reduce((sum, each) => sum + each[i]!.reference, 0),
    shared: sums.reduce((sum, each) => sum + each[i]!.shared, 0),
  }));
  return { score: score(total), signature: `nrefs:${referenceCount(sentences)}|case:mixed|eff:yes|nc:6|nw:0|space:no` };
}

/** The n-grams of 1 to 6 characters of a text without its white space. */
function ngramsOf(text: string): Map<string, number>[] {
  const characters = [...words(text).join('')];
  return orders.map(order => countNgrams(characters, order));
}

/** If the reference has no n-gram of an order, those of the hypothesis do not count. */
function matchesOf(hypothesis: readonly Map<string, number>[], reference: readonly Map<string, number>[]): Matches[] {
  const size = (counts: ReadonlyMap<string, number>) => [...counts.values()].reduce((sum, count) => sum + count, 0);
  return orders.map((_, i) => ({
    hypothesis: reference[i]!.size > 0 ? size(hypothesis[i]!) : 0,
    reference: size(reference[i]!),
    shared: countMatches(hypothesis[i]!, reference[i]!),
  }));
}

/** F of the means of precision and recall over the orders of which both have runs, in percent. */
function score(matches: readonly Matches[]): number {
  const counted = matches.filter(({ hypothesis, reference }) => hypothesis > 0 && reference > 0);
  const sum = (share: (each: Matches) => number) => counted.reduce((total, each) => total + share(each), 0);
  const precision = sum(({ shared, hypothesis }) => shared / hypothesis) / counted.length;
  const recall = sum(({ shared, reference }) => shared / reference) / counted.length;
  if (!(precision + recall > 0)) return 0;
  return (100 * (1 + beta ** 2) * precision * recall) / (beta ** 2 * precision + recall);
}
