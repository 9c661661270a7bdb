import type { WordVectors } from './table.js';

/** What may stand between the parts of one word: `new-york`, `new_york`, `new york`. */
const joints = ['-', '_', ' '];

/**
 * The word of the table that a person means by a text: the text itself where it is a word; else the word that differs from it in capitals, in the signs for hyphen and
 * apostrophe, in what joins its parts (`new york` is `new-york`, `new_york`, `New_York` or `newyork`, whichever the table has), or in a comma or point behind it;
 * undefined where there is none.
 */
export function findWord(vectors: WordVectors, text: string): string | undefined {
  return findWords(vectors, [text]).get(text);
}

/** The same for many texts, by one look at all words for those that are not found at once. */
export function findWords(vectors: WordVectors, texts: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  const wanted = new Map<string, string[]>();
  let longest = 0;
  for (const text of new Set(texts)) {
    const word = spelledSo(vectors, text) ?? joinedSo(vectors, text) ?? spelledSo(vectors, withoutPunctuation(text));
    const key = squeezed(plainSpelling(text)).toLowerCase();
    if (word !== undefined) found.set(text, word);
    else if (key !== '') {
      wanted.set(key, [...(wanted.get(key) ?? []), text]);
      longest = Math.max(longest, key.length);
    }
  }
  if (wanted.size === 0) return found;
  // McDonald where someone wrote mcdonald, new-york where someone wrote newyork; of several the first, which is the most frequent.
  for (const word of vectors.words)
    if (word.length <= 2 * longest)
      for (const text of wanted.get(squeezed(word).toLowerCase()) ?? []) if (!found.has(text)) found.set(text, word);
  return found;
}

/** The word that differs at most in capitals, in the kind of hyphen or apostrophe, and in the joint of its parts, none of which is left out. */
export function spelledSo(vectors: WordVectors, text: string): string | undefined {
  if (vectors.rows.has(text)) return text;
  const plain = plainSpelling(text);
  if (plain === '') return undefined;
  for (const cased of casesOf(plain)) {
    if (vectors.rows.has(cased)) return cased;
    if (/[-_ ]/.test(cased))
      for (const joint of joints) {
        const joined = cased.replace(/[-_ ]/g, joint);
        if (vectors.rows.has(joined)) return joined;
      }
  }
  return undefined;
}

/** The word that a text of several parts is without what joins them: `newyork`. */
export function joinedSo(vectors: WordVectors, text: string): string | undefined {
  const joined = squeezed(plainSpelling(text));
  return joined === '' ? undefined : [...casesOf(joined)].find(cased => vectors.rows.has(cased));
}

const squeezed = (text: string) => text.replace(/[-_ ]/g, '');
const withoutPunctuation = (text: string) => text.replace(/^[¿¡]+|[.,;:!?…]+$/g, '');

/** A text with the plain signs for letters of double width, apostrophes, hyphens and spaces. */
const plainSpelling = (text: string) =>
  text
    .normalize('NFKC')
    .replace(/[\u00ad\u200b-\u200d\ufeff]/g, '')
    .replace(/[‘’ʼ]/g, "'")
    .replace(/[‐‑‒–—−]/g, '-')
    .replace(/\s+/g, ' ')
    .trim();

/** A text as it is, small, with large first letters, with a large first letter, and large. */
function casesOf(text: string): Set<string> {
  const small = text.toLowerCase();
  const first = (part: string) => part.replace(/^./u, letter => letter.toUpperCase());
  return new Set([text, small, small.replace(/[^-_ ]+/g, first), first(small), text.toUpperCase()]);
}
