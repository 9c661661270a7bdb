/** The tolerance of a comparison: absolute, or a share of the largest entry of the tensor. */
export interface Tolerance {
  readonly absolute: number;
  readonly ofLargest?: number;
}

/** One comparison. */
export interface Check {
  readonly name: string;
  /** Largest absolute difference. */
  readonly maxAbsolute: number;
  /** Largest difference relative to the largest entry of the reference. */
  readonly maxRelative: number;
  readonly tolerance: number;
  readonly pass: boolean;
  /** What differs, if it is more than a number. */
  readonly note?: string;
}

/** Numbers with their shape. */
export interface Numbers {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/**
 * Compares our numbers with the reference, entry by entry; `counts` says which entries count. A different shape or a
 * NaN on one side fails.
 */
export function compare(
  name: string,
  ours: Numbers,
  reference: Numbers,
  { absolute, ofLargest = 0 }: Tolerance,
  counts: (index: number) => boolean = () => true,
): Check {
  if (ours.shape.join() !== reference.shape.join()) {
    const note = `ours is [${ours.shape.join(', ')}], the reference [${reference.shape.join(', ')}]`;
    return {
      name,
      maxAbsolute: Number.POSITIVE_INFINITY,
      maxRelative: Number.POSITIVE_INFINITY,
      tolerance: absolute,
      pass: false,
      note,
    };
  }
  let [difference, largest] = [0, 0];
  for (let i = 0; i < reference.data.length; i++) {
    const [a, b] = [ours.data[i]!, reference.data[i]!];
    const distance = Object.is(a, b) || a === b || !counts(i) ? 0 : Math.abs(a - b);
    difference = Math.max(difference, Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance);
    if (Number.isFinite(b)) largest = Math.max(largest, Math.abs(b));
  }
  const tolerance = Math.max(absolute, ofLargest * largest);
  const maxRelative = difference === 0 ? 0 : difference / Math.max(largest, Number.MIN_VALUE);
  return { name, maxAbsolute: difference, maxRelative, tolerance, pass: difference <= tolerance };
}
