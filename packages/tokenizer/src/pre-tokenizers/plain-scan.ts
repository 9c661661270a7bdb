import type { PreTokenizer, Scan } from './pre-tokenizer.js';

/** The scan that ends pieces, where nothing else happens to a text before a model that reads bytes. */
export function plainScan([first, ...others]: PreTokenizer): Scan | undefined {
  const isPlain = [first, ...others].at(-1)?.asBytes && !first?.rewrite;
  return isPlain && others.every(({ rewrite, split, scan }) => !rewrite && !split && !scan) ? first?.scan : undefined;
}
