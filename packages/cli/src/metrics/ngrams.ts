/** How often each run of `order` items occurs; a run is named by its items with a character between that no item holds. */
export function countNgrams(items: readonly string[], order: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let from = 0; from + order <= items.length; from++) {
    const ngram = items.slice(from, from + order).join(' ');
    counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
  }
  return counts;
}

/** How many runs of `counts` are found in `allowed`, each at most as often as it occurs there. */
export function countMatches(counts: ReadonlyMap<string, number>, allowed: ReadonlyMap<string, number>): number {
  let shared = 0;
  for (const [run, count] of counts) shared += Math.min(count, allowed.get(run) ?? 0);
  return shared;
}
