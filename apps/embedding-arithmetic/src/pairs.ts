import type { WordPair } from '@residual/word-vectors';

/** Parses lines of two words as pairs. Errors for a line with another number of words. */
export function pairsIn(text: string): WordPair[] {
  return text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
    .map(line => {
      const words = line.split(/\s+/);
      if (words.length !== 2)
        throw new Error(`“${line}” has ${words.length} ${words.length === 1 ? 'word' : 'words'}; each line needs 2`);
      return words as unknown as WordPair;
    });
}
