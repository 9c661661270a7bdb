import { expectWhole, ResidualError } from './errors.js';
import type { WordVectors } from './table.js';

/** The row of a word. Errors when it is not there, with the nearest spellings. */
export function expectRow(name: string, vectors: WordVectors, word: string): number {
  const row = vectors.rows.get(word);
  if (row !== undefined) return row;
  throw new ResidualError('word', `${name}: ${unknownWord(vectors, word)}`);
}

/** What to say of a word that is not there. */
export function unknownWord(vectors: WordVectors, word: string): string {
  const similar = suggest(vectors, word, { top: 3 });
  const hint = similar.length > 0 ? `; there is ${listed(similar)}` : '';
  return `${JSON.stringify(word)} is not among the ${vectors.words.length} words${hint}`;
}

const listed = (words: readonly string[]) =>
  words.length === 1
    ? `${JSON.stringify(words[0])}`
    : `${words
        .slice(0, -1)
        .map(word => JSON.stringify(word))
        .join(', ')} and ${JSON.stringify(words.at(-1))}`;

/** How many words to suggest or complete. */
export interface SpellingOptions {
  /** 5 if absent. */
  readonly top?: number;
}

/**
 * Words that are spelled most like a text, nearest first, of equals the more frequent one: the fewest letters inserted, removed, replaced or swapped with
 * their neighbour, at most a third of them. (Damerau 1964)
 */
export function suggest(vectors: WordVectors, text: string, { top = 5 }: SpellingOptions = {}): string[] {
  expectWhole('suggest', 'top', top, 1);
  const letters = [...text.toLowerCase()].slice(0, 60);
  const most = Math.max(1, Math.min(3, Math.floor(letters.length / 3)));
  const found: { word: string; distance: number }[] = [];
  for (const word of vectors.words) {
    if (Math.abs(word.length - text.length) > 2 * most) continue;
    const distance = editDistance(letters, [...word.toLowerCase()], most);
    if (distance <= most && word !== text) found.push({ word, distance });
  }
  return found
    .sort((a, b) => a.distance - b.distance)
    .slice(0, top)
    .map(({ word }) => word);
}

/** Words that begin with a text, most frequent first; the text itself first of all where it is a word. */
export function complete(vectors: WordVectors, text: string, { top = 5 }: SpellingOptions = {}): string[] {
  expectWhole('complete', 'top', top, 1);
  const found = vectors.rows.has(text) ? [text] : [];
  for (const word of vectors.words) {
    if (found.length >= top) break;
    if (word !== text && word.startsWith(text)) found.push(word);
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
