import { ResidualError, showValue } from '@residual/base';
import { expectWhole } from './errors.js';
import type { WordVectors } from './table.js';

/** The row of a word. Errors when it is not there, with the nearest spellings. */
export function expectRow(name: string, vectors: WordVectors, word: string): number {
  return expectRows(name, vectors, [word])[0]!;
}

/** The rows of words. Errors when some are not there, naming all of these. */
export function expectRows(name: string, vectors: WordVectors, words: readonly string[]): number[] {
  const unknown = [...new Set(words.filter(word => !vectors.rows.has(word)))];
  if (unknown.length > 0)
    throw new ResidualError('word', `${name}: ${unknownWords(vectors, unknown)}`, { details: { words: unknown } });
  return words.map(word => vectors.rows.get(word)!);
}

/** What to say of words that are not there: of the first few, and how many more there are. */
export function unknownWords(vectors: WordVectors, words: readonly string[]): string {
  const named = words.slice(0, words.length > 6 ? 5 : 6);
  const names = named.map(word => showValue(word));
  if (named.length < words.length) names.push(`${words.length - named.length} more`);
  const hints = named.flatMap(word => {
    const similar = suggest(vectors, word, { top: 3 });
    if (similar.length === 0) return [];
    const there = listed(similar.map(word => showValue(word)));
    return [words.length === 1 ? there : `${there} for ${showValue(word)}`];
  });
  const hint = hints.length > 0 ? `; there is ${hints.join(', ')}` : '';
  return `${listed(names)} ${words.length === 1 ? 'is' : 'are'} not among the ${vectors.words.length} words${hint}`;
}

const listed = (names: readonly string[]) =>
  names.length === 1 ? names[0]! : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

/** How many words to suggest or complete. */
export interface SpellingOptions {
  /** 5 if absent. */
  readonly top?: number;
}

/**
 * Words that are spelled most like a text, nearest first, of equals the more frequent one: the fewest letters inserted, removed, replaced or swapped with
 * their neighbour. Only near ones: one step in a text of three to seven letters (in one of three the first letter stays, or two are swapped), two up to eleven,
 * three from twelve on. (Damerau 1964)
 */
export function suggest(vectors: WordVectors, text: string, { top = 5 }: SpellingOptions = {}): string[] {
  expectWhole('suggest', 'top', top, 1);
  const letters = [...text.slice(0, 200).toLowerCase()];
  const most = letters.length < 3 ? 0 : Math.max(1, Math.min(3, Math.floor(letters.length / 4)));
  const found: { word: string; distance: number }[] = [];
  const inOrder = (word: string) => [...word].sort().join('');
  const isFar = (word: string) =>
    letters.length < 4 && word[0] !== letters[0] && inOrder(word) !== inOrder(letters.join(''));
  for (const word of vectors.words) {
    if (Math.abs(word.length - text.length) > 2 * most) continue;
    if (isFar(word.toLowerCase())) continue;
    const distance = editDistance(letters, [...word.toLowerCase()], most);
    if (distance <= most && word !== text) found.push({ word, distance });
  }
  return found
    .sort((a, b) => a.distance - b.distance)
    .slice(0, top)
    .map(({ word }) => word);
}

/** Words that begin with a text in any capitals, most frequent first; the text itself first of all where it is a word. */
export function complete(vectors: WordVectors, text: string, { top = 5 }: SpellingOptions = {}): string[] {
  expectWhole('complete', 'top', top, 1);
  const found = vectors.rows.has(text) ? [text] : [];
  const small = text.toLowerCase();
  for (const word of vectors.words) {
    if (found.length >= top) break;
    if (word !== text && (word.startsWith(text) || word.slice(0, small.length).toLowerCase() === small))
      found.push(word);
  }
  return found;
}

/** Letters to insert, remove, replace or swap between two texts; a number above `most` when they are more than that. */
function editDistance(a: readonly string[], b: readonly string[], most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const replaced = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let steps = Math.min(replaced, last[j]! + 1, row[j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        steps = Math.min(steps, beforeLast[j - 2]! + 1);
      row.push(steps);
      least = Math.min(least, steps);
    }
    if (least > most) return most + 1;
    [beforeLast, last] = [last, row];
  }
  return last[b.length]!;
}
