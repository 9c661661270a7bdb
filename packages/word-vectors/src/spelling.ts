import { expectInteger, ResidualError, showValue } from '@residual/base';
import type { WordVectors } from './table.js';

/** The row of a word. Errors if it is unknown, with similar spellings. */
export function expectRow(name: string, vectors: WordVectors, word: string): number {
  return expectRows(name, vectors, [word])[0]!;
}

/** The rows of words. Errors if some are unknown, naming all of them. */
export function expectRows(name: string, vectors: WordVectors, words: readonly string[]): number[] {
  const unknown = [...new Set(words.filter(word => !vectors.rows.has(word)))];
  if (unknown.length > 0)
    throw new ResidualError('word', `${name}: ${unknownWordsMessage(vectors, unknown)}`, {
      details: { words: unknown },
    });
  return words.map(word => vectors.rows.get(word)!);
}

/** The error message for unknown words: the first few with similar spellings, and the number of others. */
export function unknownWordsMessage(vectors: WordVectors, words: readonly string[]): string {
  const shownWords = words.slice(0, words.length > 6 ? 5 : 6);
  const names = shownWords.map(word => showValue(word));
  if (shownWords.length < words.length) names.push(`${words.length - shownWords.length} more`);
  const hints = shownWords.flatMap(word => {
    const similar = suggest(vectors, word, { topN: 3 });
    if (similar.length === 0) return [];
    const suggestions = listed(similar.map(word => showValue(word)));
    return [words.length === 1 ? suggestions : `${suggestions} for ${showValue(word)}`];
  });
  const hint = hints.length > 0 ? `; there is ${hints.join(', ')}` : '';
  return `${listed(names)} ${words.length === 1 ? 'is' : 'are'} not among the ${vectors.words.length} words${hint}`;
}

const listed = (names: readonly string[]) =>
  names.length === 1 ? names[0]! : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

/** Settings of `suggest` and `complete`. */
export interface SpellingOptions {
  /** The number of words; 5 if absent. */
  readonly topN?: number;
}

/**
 * The words with the smallest edit distance to a text (insertions, deletions, substitutions and swaps of neighbours;
 * Damerau 1964), nearest first, then by frequency. The maximal distance is 1 for three to seven letters (with three
 * letters the first letter stays, or two are swapped), 2 up to eleven letters, and 3 from twelve letters.
 */
export function suggest(vectors: WordVectors, text: string, { topN = 5 }: SpellingOptions = {}): string[] {
  expectInteger('suggest', 'topN', topN, { min: 1 });
  const letters = [...text.slice(0, 200).toLowerCase()];
  const maxDistance = letters.length < 3 ? 0 : Math.max(1, Math.min(3, Math.floor(letters.length / 4)));
  const matches: { word: string; distance: number }[] = [];
  const inOrder = (word: string) => [...word].sort().join('');
  const isFar = (word: string) =>
    letters.length < 4 && word[0] !== letters[0] && inOrder(word) !== inOrder(letters.join(''));
  for (const word of vectors.words) {
    if (Math.abs(word.length - text.length) > 2 * maxDistance) continue;
    if (isFar(word.toLowerCase())) continue;
    const distance = editDistance(letters, [...word.toLowerCase()], maxDistance);
    if (distance <= maxDistance && word !== text) matches.push({ word, distance });
  }
  return matches
    .sort((a, b) => a.distance - b.distance)
    .slice(0, topN)
    .map(({ word }) => word);
}

/** Words that start with a text, ignoring case, most frequent first; the text itself comes first if it is a word. */
export function complete(vectors: WordVectors, text: string, { topN = 5 }: SpellingOptions = {}): string[] {
  expectInteger('complete', 'topN', topN, { min: 1 });
  const matches = vectors.rows.has(text) ? [text] : [];
  const small = text.toLowerCase();
  for (const word of vectors.words) {
    if (matches.length >= topN) break;
    if (word !== text && (word.startsWith(text) || word.slice(0, small.length).toLowerCase() === small))
      matches.push(word);
  }
  return matches;
}

/** The edit distance with swaps of neighbours between two texts; a number above `maxDistance` if it is larger. */
function editDistance(a: readonly string[], b: readonly string[], maxDistance: number): number {
  if (Math.abs(a.length - b.length) > maxDistance) return maxDistance + 1;
  let rowBeforeLast: number[] = [];
  let lastRow = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let minimum = i;
    for (let j = 1; j <= b.length; j++) {
      const replaced = lastRow[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let steps = Math.min(replaced, lastRow[j]! + 1, row[j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        steps = Math.min(steps, rowBeforeLast[j - 2]! + 1);
      row.push(steps);
      minimum = Math.min(minimum, steps);
    }
    if (minimum > maxDistance) return maxDistance + 1;
    [rowBeforeLast, lastRow] = [lastRow, row];
  }
  return lastRow[b.length]!;
}
