import type { PreTokenizer, Scan } from './pre-tokenizer.js';

/**
 * The scan of a pre-tokenizer that does nothing else before a model that accepts bytes; undefined for all other
 * pre-tokenizers.
 */
export function plainScan([first, ...others]: PreTokenizer): Scan | undefined {
  const isPlain = [first, ...others].at(-1)?.asBytes && !first?.rewrite;
  return isPlain && others.every(({ rewrite, split, scan }) => !rewrite && !split && !scan) ? first?.scan : undefined;
}
