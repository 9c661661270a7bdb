import type { WordCounts } from '../count-words.js';
import { commonLength, sortSuffixes } from './sort-suffixes.js';

/** A piece of text and its weight: how much of the corpus it covers, or its log-probability. */
export type Piece = readonly [text: string, score: number];

/**
 * The pieces that training starts from: all characters with how often they occur, then substrings of 2 to `longest` characters that
 * occur at least twice in the words (each counted once) and are followed by different characters, by how much they cover.
 * They are the inner nodes of the words' suffix tree (Kudo 2018), found in a sorted list of suffixes.
 */
export function seedPieces(words: WordCounts, longest: number, most: number): Piece[] {
  const seeds = characters(words);
  const text = flat(words);
  const places = Int32Array.from({ length: text.length }, (_, place) => place).filter(place => text[place] !== 0);
  sortSuffixes(text, places, longest + 1);
  const found = substrings(text, places, longest);
  found.sort((a, b) => b.score - a.score || b.rank - a.rank || b.length - a.length);
  for (const { score, rank, length } of found) {
    if (seeds.length >= most) break;
    const place = places[rank]!;
    seeds.push([String.fromCodePoint(...text.subarray(place, place + length)), score]);
  }
  const sum = Math.log(seeds.reduce((total, [, score]) => total + score, 0));
  return seeds.map(([piece, score]) => [piece, Math.log(score) - sum]);
}

/** The characters of the words, the most frequent first, of equally frequent ones the one with the higher code point. */
function characters(words: WordCounts): Piece[] {
  const counts = new Map<string, number>();
  for (const [word, times] of words) {
    for (const char of word) if (char !== '\0') counts.set(char, (counts.get(char) ?? 0) + times);
  }
  return [...counts].sort(([a, countA], [b, countB]) => countB - countA || b.codePointAt(0)! - a.codePointAt(0)!);
}

/** All words one after another, a 0 after each. */
function flat(words: WordCounts): Int32Array {
  let size = 0;
  for (const word of words.keys()) size += word.length + 1;
  const text = new Int32Array(size);
  let at = 0;
  for (const word of words.keys()) {
    for (const char of word) text[at++] = char.codePointAt(0)!;
    at++;
  }
  return text.subarray(0, at);
}

interface Found {
  readonly score: number;
  /** The first of the sorted places where it stands; the order of texts. */
  readonly rank: number;
  readonly length: number;
}

/** The nodes: stretches of sorted places that have a beginning in common which no wider stretch has. */
function substrings(text: Int32Array, places: Int32Array, longest: number): Found[] {
  const found: Found[] = [];
  const open: { from: number; length: number }[] = [];
  for (let index = 1; index <= places.length; index++) {
    const shared = index < places.length ? commonLength(text, places[index - 1]!, places[index]!, longest + 1) : 0;
    let from = index - 1;
    for (let top = open.at(-1); top && top.length > shared; top = open.at(-1)) {
      open.pop();
      from = top.from;
      if (top.length >= 2 && top.length <= longest) {
        found.push({ score: (index - from) * top.length, rank: from, length: top.length });
      }
    }
    if ((open.at(-1)?.length ?? 0) < shared) open.push({ from, length: shared });
  }
  return found;
}
