import type { DrawingWords } from './vocabulary.js';

/** How many words near a category take its place at most. */
const most = 6;

/** The least cosine of the vectors of a category and of a word near it. */
const leastCosine = 0.6;

/** The words nearest to each category of one word, best first; categories are none, and some have none. */
export function neighboursOf(
  { words, values, dim }: DrawingWords,
  categories: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const indices = new Map(words.map((word, i) => [word, i]));
  const inCategories = new Set(categories.flatMap(category => category.toLowerCase().split(/[^a-z0-9']+/)));
  const norms = words.map((_, i) => Math.sqrt(dot(i, i)));
  return new Map(
    categories.flatMap(category => {
      const own = indices.get(category.toLowerCase());
      if (own === undefined) return [];
      const near = words
        .map((word, i) => ({ word, cosine: dot(own, i) / (norms[own]! * norms[i]! || 1) }))
        .filter(({ word, cosine }) => cosine >= leastCosine && !inCategories.has(word))
        .sort((a, b) => b.cosine - a.cosine)
        .slice(0, most);
      return near.length === 0 ? [] : [[category, near.map(({ word }) => word)] as const];
    }),
  );

  function dot(a: number, b: number): number {
    let sum = 0;
    for (let i = 0; i < dim; i++) sum += values[a * dim + i]! * values[b * dim + i]!;
    return sum;
  }
}
