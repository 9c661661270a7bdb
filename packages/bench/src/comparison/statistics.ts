/** Measurements of one quantity in numbers: three of the measurements, and how many there are. */
export interface Summary {
  readonly min: number;
  readonly median: number;
  /** The 95th percentile: the lowest measurement that is at least as large as 95 of 100 others. */
  readonly p95: number;
  readonly count: number;
}

/** The summary of one or more measurements. */
export function summarize(values: readonly number[]): Summary {
  if (values.length === 0) throw new Error('bench: there is no measurement');
  const sorted = values.toSorted((a, b) => a - b);
  const last = sorted.length - 1;
  return {
    min: sorted[0]!,
    median: (sorted[Math.floor(last / 2)]! + sorted[Math.ceil(last / 2)]!) / 2,
    p95: sorted[Math.ceil(0.95 * sorted.length) - 1]!,
    count: sorted.length,
  };
}
