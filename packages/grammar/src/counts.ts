/** How often something is repeated; `max` may be Infinity. */
export interface Counts {
  readonly min: number;
  readonly max: number;
}

/** How often a part is repeated whose repetition is repeated itself; undefined if that leaves gaps. */
export function nestedCounts(inner: Counts, outer: Counts): Counts | undefined {
  const isWhole =
    outer.min === outer.max ||
    (outer.min === 0 ? inner.min <= 1 : outer.min * (inner.max - inner.min) >= inner.min - 1);
  if (!isWhole) return undefined;
  const max = inner.max === 0 || outer.max === 0 ? 0 : inner.max * outer.max;
  return { min: inner.min * outer.min, max };
}
