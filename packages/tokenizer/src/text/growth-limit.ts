import { failFile } from '../errors.js';

/**
 * The maximum length of a rewritten text: this many times its length, and this many more units. The longest replacement
 * of a known character is 18 times as long.
 */
const [maxGrowthFactor, maxGrowthExtra] = [32, 1 << 16];

/** The maximum length, in UTF-16 units, of what becomes of a text. */
export const maxGrownLength = (length: number): number => maxGrowthFactor * length + maxGrowthExtra;

/** Refuses a result that is too long for its text: chained replacements multiply. */
export function checkGrowth(length: number, maxLength: number, what: string): void {
  if (length > maxLength) failFile(`${what} make ${length} characters of a text; ${maxLength} would fit`);
}
