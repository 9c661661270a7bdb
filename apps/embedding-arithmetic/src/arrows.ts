import type { ArithmeticAnswer } from './computations.js';
import type { FamiliesAnswer } from './family-computations.js';
import type { Arrow, Mark } from './map-drawing.js';

/** What an answer needs for its arrows. */
type Answer = Pick<ArithmeticAnswer, 'terms' | 'neighbours' | 'points' | 'tip'>;

/** A longer sum is far from all of its words, and its arrows overlap. */
const maxWords = 8;

const at = (points: Float32Array, row: number): number[] => [...points.subarray(3 * row, 3 * row + 3)];
const plus = (a: readonly number[], b: readonly number[]) => a.map((value, k) => value + b[k]!);
const minus = (a: readonly number[], b: readonly number[]) => a.map((value, k) => value - b[k]!);

/** The words of a sum a - b + c in this order; undefined for another sum. */
export function analogyTerms(terms: ArithmeticAnswer['terms']): ArithmeticAnswer['terms'] | undefined {
  const plain = terms.every(({ factor }) => Math.abs(factor) === 1);
  const [added, subtracted] = [terms.filter(({ factor }) => factor > 0), terms.filter(({ factor }) => factor < 0)];
  return plain && added.length === 2 && subtracted.length === 1 ? [added[0]!, subtracted[0]!, added[1]!] : undefined;
}

/**
 * The arrows of an expression. For a - b + c: the step from b to a, and the same step from c, which ends at the result.
 * For another sum: one arrow from each word to the result. Then a dotted line from the result to the nearest word. A
 * sum of more than eight words has none.
 */
export function arrowsOf({ terms, neighbours, points, tip }: Answer): Arrow[] {
  if (terms.length > maxWords) return [];
  const end: Arrow[] =
    neighbours[0] && terms.length > 1 ? [{ from: tip, to: at(points, neighbours[0].row), kind: 'near' }] : [];
  const [a, b, c] = analogyTerms(terms)?.map(({ row }) => at(points, row)) ?? [];
  if (a && b && c)
    return [{ from: b, to: a, kind: 'step' }, { from: c, to: plus(c, minus(a, b)), kind: 'same' }, ...end];
  if (terms.length < 2) return [];
  return [...terms.map(({ row }): Arrow => ({ from: at(points, row), to: tip, kind: 'step' })), ...end];
}

/** Marks for the words of an expression, its answer and the other neighbours. */
export function marksOf({ terms, neighbours }: Pick<Answer, 'terms' | 'neighbours'>): Mark[] {
  return [
    ...terms.map(({ row }): Mark => ({ row, kind: 'term' })),
    ...neighbours.map(({ row }, i): Mark => ({ row, kind: i === 0 ? 'answer' : 'neighbour' })),
  ];
}

/** The steps of families of pairs, and marks for their words. */
export function familyDrawing({ points, families }: FamiliesAnswer): { arrows: Arrow[]; marks: Mark[] } {
  const pairs = families.flatMap(({ rows }, family) => rows.map(pair => ({ pair, family })));
  return {
    arrows: pairs.map(({ pair: [from, to], family }) => ({
      from: at(points, from),
      to: at(points, to),
      kind: 'family',
      family,
    })),
    marks: pairs.flatMap(({ pair, family }) => pair.map((row): Mark => ({ row, kind: 'family', family }))),
  };
}
