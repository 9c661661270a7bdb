import { ResidualError } from '@residual/base';
import { spearman } from './rank-correlation.js';
import { cosineOf, unitRow, type WordVectors } from './table.js';

/** Two words and the similarity rating of people. */
export interface RatedPair {
  readonly a: string;
  readonly b: string;
  readonly rating: number;
}

/** The agreement of cosines with ratings of people. */
export interface SimilarityReport {
  /** Spearman's rank correlation over the covered pairs. */
  readonly spearman: number;
  /** Pairs whose words are both in the vocabulary. */
  readonly covered: number;
  readonly total: number;
}

/**
 * Parses lines of two words and a rating, separated by tabs, commas, semicolons or spaces; a first line without a
 * number is a header. Errors name the line.
 */
export function parseRatings(text: string): RatedPair[] {
  const pairs: RatedPair[] = [];
  const lines = text.split(/\r?\n/);
  for (const [i, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const [a = '', b = '', rating = ''] = line.trim().split(/\t|,|;/.test(line) ? /[\t,;]/ : /\s+/);
    const value = Number(rating);
    if (a !== '' && b !== '' && rating.trim() !== '' && Number.isFinite(value)) pairs.push({ a, b, rating: value });
    else if (i > 0 || pairs.length > 0)
      throw new ResidualError(
        'file',
        `parseRatings: line ${i + 1} is ${JSON.stringify(line.slice(0, 60))}; two words and a rating would fit`,
      );
  }
  if (pairs.length === 0) throw new ResidualError('file', 'parseRatings: there are no pairs');
  return pairs;
}

/**
 * Correlates the cosines of pairs of words with ratings of people. A word that is not in the vocabulary is looked up in
 * lower case.
 */
export function evaluateSimilarity(vectors: WordVectors, pairs: readonly RatedPair[]): SimilarityReport {
  const row = (word: string) => vectors.rows.get(word) ?? vectors.rows.get(word.toLowerCase());
  const covered = pairs.flatMap(({ a, b, rating }) => {
    const [one, other] = [row(a), row(b)];
    return one === undefined || other === undefined
      ? []
      : [{ rating, cosine: cosineOf(vectors, other, unitRow(vectors, one)) }];
  });
  if (covered.length < 2)
    throw new ResidualError(
      'file',
      `evaluateSimilarity: of ${pairs.length} pairs ${covered.length} are in the vocabulary; it takes two to compare`,
    );
  const value = spearman(
    covered.map(({ rating }) => rating),
    covered.map(({ cosine }) => cosine),
  );
  return { spearman: value, covered: covered.length, total: pairs.length };
}
