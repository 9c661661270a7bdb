/**
 * The number of occurrences of each n-gram of `order` items; the key joins the items with a character that none
 * contains.
 */
export function countNgrams(items: readonly string[], order: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let from = 0; from + order <= items.length; from++) {
    const ngram = items.slice(from, from + order).join(' ');
    counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
  }
  return counts;
}

/** The number of n-grams of `counts` that also occur in `allowed`, each counted at most as often as there. */
export function countMatches(counts: ReadonlyMap<string, number>, allowed: ReadonlyMap<string, number>): number {
  let shared = 0;
  for (const [ngram, count] of counts) shared += Math.min(count, allowed.get(ngram) ?? 0);
  return shared;
}
