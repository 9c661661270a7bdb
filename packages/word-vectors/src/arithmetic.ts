import { expectInteger, ResidualError } from '@residual/base';
import type { Term } from './expression.js';
import { expressionText } from './expression-text.js';
import { type Neighbour, nearestRows, rowsOf } from './nearest.js';
import { readExpression } from './read-expression.js';
import { blockRows, maxQueries } from './scan.js';
import { type RankedRow, topSelection } from './select.js';
import { expectRows } from './spelling.js';
import { cosineOf, rowVector, unitRow, type WordVectors } from './table.js';
import { addTo, dot, lengthOf, unitOf } from './vector.js';

/**
 * How candidates are scored: `add` (3CosAdd) by the cosine with the sum of unit vectors; `multiply` (3CosMul) by the
 * product of the cosines with each word, shifted to 0 to 1, where subtracted words divide; `euclid` by the distance
 * from the sum of the unnormalized vectors (Levy, Goldberg 2014).
 */
export type ArithmeticMethod = 'add' | 'multiply' | 'euclid';

/** Settings of `arithmetic`. */
export interface ArithmeticOptions {
  /** The number of neighbours; 10 if absent. */
  readonly topN?: number;
  /** The scoring method; `add` if absent. */
  readonly method?: ArithmeticMethod;
  /** Words to exclude; those of the expression if absent. */
  readonly exclude?: readonly string[];
}

/** A word near the result of an expression. */
export interface ScoredNeighbour extends Neighbour {
  /** The ranking value: the cosine (`add`), the product (`multiply`), or the distance, smallest first (`euclid`). */
  readonly score: number;
}

/** The result of an expression. */
export interface ArithmeticResult {
  /** The words in the spelling of the table, with their factors. */
  readonly terms: readonly Term[];
  /** The expression as it was read, `king − man + woman`. */
  readonly text: string;
  /** The sum [dims] of unit vectors; for `euclid` of the unnormalized vectors. */
  readonly vector: Float64Array;
  readonly neighbours: readonly ScoredNeighbour[];
}

/**
 * Computes an expression such as `king - man + woman`, read by `readExpression`, and finds the exact nearest words.
 * Errors: an expression that cannot be read, unknown words (all of them, with similar spellings), a sum of zero.
 */
export function arithmetic(
  vectors: WordVectors,
  expression: string | readonly Term[],
  { topN = 10, method = 'add', exclude }: ArithmeticOptions = {},
): ArithmeticResult {
  expectInteger('arithmetic', 'topN', topN, { min: 1 });
  if (method !== 'add' && method !== 'multiply' && method !== 'euclid')
    throw new ResidualError(
      'option',
      `arithmetic: method is ${JSON.stringify(method)}; there are add, multiply and euclid`,
    );
  const { terms, text } =
    typeof expression === 'string'
      ? readExpression(vectors, expression, 'arithmetic')
      : { terms: expression, text: expressionText(expression) };
  const rows = expectRows(
    'arithmetic',
    vectors,
    terms.map(({ word }) => word),
  );
  const vector = new Float64Array(vectors.dims);
  for (const [i, { factor }] of terms.entries())
    addTo(vector, (method === 'euclid' ? rowVector : unitRow)(vectors, rows[i]!), factor);
  if (!(lengthOf(vector) > 1e-9))
    throw new ResidualError(
      'expression',
      'arithmetic: the words cancel each other out; nothing is near a vector of zeros',
    );
  const excluded = exclude ? rowsOf('arithmetic', vectors, exclude) : new Set(rows);
  const unit = unitOf(vector);
  const ranked =
    method === 'add'
      ? nearestRows(vectors, [unit], topN, [excluded])[0]!
      : method === 'multiply'
        ? nearestByProduct(vectors, terms, rows, topN, excluded)
        : nearestByDistance(vectors, vector, topN, excluded);
  const neighbours = ranked.map(({ row, value }) => ({
    word: vectors.words[row]!,
    row,
    similarity: method === 'add' ? value : cosineOf(vectors, row, unit),
    score: method === 'euclid' ? Math.sqrt(Math.max(0, -value)) : value,
  }));
  return { terms, text, vector, neighbours };
}

/**
 * ∏ ((1 + cos) / 2)^factor over the words, with 0.001 added to divisors (Levy, Goldberg 2014, with exponents for
 * factors).
 */
function nearestByProduct(
  vectors: WordVectors,
  terms: readonly Term[],
  rows: readonly number[],
  topN: number,
  excluded: ReadonlySet<number>,
): RankedRow[] {
  if (terms.length > maxQueries)
    throw new ResidualError('expression', `arithmetic: ${terms.length} words; at most ${maxQueries} can be multiplied`);
  const { scan, words } = vectors;
  const units = rows.map(row => unitRow(vectors, row));
  const errors = units.map((unit, slot) => scan.setQuery(slot, unit));
  const selected = topSelection(topN);
  const shifted = (cosine: number, factor: number) =>
    (Math.min(1, Math.max(0, (1 + cosine) / 2)) + (factor < 0 ? 0.001 : 0)) ** factor;
  const low = new Float64Array(blockRows);
  const high = new Float64Array(blockRows);
  for (let from = 0; from < words.length; from += blockRows) {
    const count = Math.min(blockRows, words.length - from);
    low.fill(1);
    high.fill(1);
    for (const [slot, { factor }] of terms.entries()) {
      scan.scoreBlock(slot, from, count);
      const error = factor < 0 ? -errors[slot]! : errors[slot]!;
      for (let i = 0; i < count; i++) {
        low[i]! *= shifted(scan.scores[i]! - error, factor);
        high[i]! *= shifted(scan.scores[i]! + error, factor);
      }
    }
    for (let i = 0; i < count; i++)
      if (high[i]! >= selected.threshold && !excluded.has(from + i)) selected.add(from + i, low[i]!, high[i]!);
  }
  return selected.ranked(row =>
    terms.reduce((product, { factor }, i) => product * shifted(cosineOf(vectors, row, units[i]!), factor), 1),
  );
}

/** -|row - vector|², computed from |row|² - 2 row · vector. */
function nearestByDistance(
  vectors: WordVectors,
  vector: Float64Array,
  topN: number,
  excluded: ReadonlySet<number>,
): RankedRow[] {
  const { scan, words, norms } = vectors;
  const length = lengthOf(vector);
  const error = scan.setQuery(0, unitOf(vector));
  const selected = topSelection(topN);
  for (let from = 0; from < words.length; from += blockRows) {
    const count = Math.min(blockRows, words.length - from);
    scan.scoreBlock(0, from, count);
    for (let i = 0; i < count; i++) {
      const norm = norms[from + i]!;
      const value = norm * (2 * length * scan.scores[i]! - norm);
      const margin = norm * 2 * length * error;
      if (value + margin >= selected.threshold && !excluded.has(from + i))
        selected.add(from + i, value - margin, value + margin);
    }
  }
  return selected.ranked(row => {
    const own = rowVector(vectors, row);
    return 2 * dot(own, vector) - dot(own, own) - length * length;
  });
}
