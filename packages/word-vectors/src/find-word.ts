import type { WordVectors } from './table.js';

/** The separators between the parts of a word: `new-york`, `new_york`, `new york`. */
const separators = ['-', '_', ' '];

/**
 * The word of the table for a text: the text itself if it is a word, else a word that differs in capitals, in the
 * characters for hyphen and apostrophe, in the separator of its parts (`new york` finds `new-york`, `new_york`,
 * `New_York` or `newyork`), or in a comma or point at the end; undefined if there is none.
 */
export function findWord(vectors: WordVectors, text: string): string | undefined {
  return findWords(vectors, [text]).get(text);
}

/** The same for many texts, with at most one pass over all words. */
export function findWords(vectors: WordVectors, texts: readonly string[]): Map<string, string> {
  const result = new Map<string, string>();
  const pending = new Map<string, string[]>();
  let maxLength = 0;
  for (const text of new Set(texts)) {
    const word =
      findBySpelling(vectors, text) ?? findJoined(vectors, text) ?? findBySpelling(vectors, withoutPunctuation(text));
    const key = withoutSeparators(normalizeSpelling(text)).toLowerCase();
    if (word !== undefined) result.set(text, word);
    else if (key !== '') {
      pending.set(key, [...(pending.get(key) ?? []), text]);
      maxLength = Math.max(maxLength, key.length);
    }
  }
  if (pending.size === 0) return result;
  // For example McDonald for mcdonald, or new-york for newyork; of several the first, which is the most frequent.
  for (const word of vectors.words)
    if (word.length <= 2 * maxLength)
      for (const text of pending.get(withoutSeparators(word).toLowerCase()) ?? [])
        if (!result.has(text)) result.set(text, word);
  return result;
}

/** The word that differs only in capitals, in the kind of hyphen or apostrophe, and in the separator of its parts. */
export function findBySpelling(vectors: WordVectors, text: string): string | undefined {
  if (vectors.rows.has(text)) return text;
  const plain = normalizeSpelling(text);
  if (plain === '') return undefined;
  for (const cased of caseVariants(plain)) {
    if (vectors.rows.has(cased)) return cased;
    if (/[-_ ]/.test(cased))
      for (const separator of separators) {
        const joined = cased.replace(/[-_ ]/g, separator);
        if (vectors.rows.has(joined)) return joined;
      }
  }
  return undefined;
}

/** The word for a text without its separators: `newyork`. */
export function findJoined(vectors: WordVectors, text: string): string | undefined {
  const joined = withoutSeparators(normalizeSpelling(text));
  return joined === '' ? undefined : [...caseVariants(joined)].find(cased => vectors.rows.has(cased));
}

const withoutSeparators = (text: string) => text.replace(/[-_ ]/g, '');
const withoutPunctuation = (text: string) => text.replace(/^[¿¡]+|[.,;:!?…]+$/g, '');

/** A text with plain characters for full-width letters, apostrophes, hyphens and spaces. */
const normalizeSpelling = (text: string) =>
  text
    .normalize('NFKC')
    .replace(/[\u00ad\u200b-\u200d\ufeff]/g, '')
    .replace(/[‘’ʼ]/g, "'")
    .replace(/[‐‑‒–—−]/g, '-')
    .replace(/\s+/g, ' ')
    .trim();

/** A text unchanged, in lower case, with capitalized parts, capitalized, and in upper case. */
function caseVariants(text: string): Set<string> {
  const small = text.toLowerCase();
  const first = (part: string) => part.replace(/^./u, letter => letter.toUpperCase());
  return new Set([text, small, small.replace(/[^-_ ]+/g, first), first(small), text.toUpperCase()]);
}
