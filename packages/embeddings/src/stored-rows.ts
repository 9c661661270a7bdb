/**
 * The largest size of a stored position table in numbers, 4 MB; longer sequences get larger tables when they are used.
 */
const storedNumbers = 2 ** 20;

/** The number of rows of a position table [positions, width] that the weights hold, at most 4 MB for any config. */
export function storedRows(positions: number, width: number): number {
  return Math.min(positions, 2 ** Math.max(0, Math.floor(Math.log2(storedNumbers / width))));
}
