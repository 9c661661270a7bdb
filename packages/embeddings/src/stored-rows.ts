/** Numbers that a table of positions holds ahead, 4 MB: enough for most sequences; longer ones get longer tables when they come. */
const storedNumbers = 2 ** 20;

/** How many rows of a table [positions, width] are made with the tree of weights, however many positions a config claims. */
export function storedRows(positions: number, width: number): number {
  return Math.min(positions, 2 ** Math.max(0, Math.floor(Math.log2(storedNumbers / width))));
}
