import { failFile } from '../errors.js';

/** So many times its length a text may become, and so many units more: the longest of a known character is 18. */
const [maxGrowthFactor, maxGrowthExtra] = [32, 1 << 16];

/** How long what becomes of a text of a length may be. */
export const maxGrownLength = (length: number): number => maxGrowthFactor * length + maxGrowthExtra;

/** Refuses what a file makes of a text where it is too long for it: replacements one after another multiply. */
export function checkGrowth(length: number, maxLength: number, what: string): void {
  if (length > maxLength) failFile(`${what} make ${length} characters of a text for which ${maxLength} are enough`);
}
