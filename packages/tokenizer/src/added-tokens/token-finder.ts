import { failFile } from '../errors.js';
import { longestMatchLength, trieOf } from '../models/trie.js';
import { classOf, space, whitespaceEnd } from '../text/character-class.js';
import { escapeRegex } from '../text/escape-regex.js';
import { unitsAt, unitsBefore } from '../text/unicode.js';
import { olderEquivalent } from '../text/unicode-version.js';
import type { AddedToken } from './added-token.js';

/**
 * Finds tokens in a text. Calls `onMatch(id, from, to)` for each token, and with id -1 for the text between tokens.
 * Offsets are in UTF-16 units.
 */
export type Finder = (text: string, onMatch: (id: number, from: number, to: number) => void) => void;

/** Whether a token is found in texts. */
export const isSearched = ({ inText, content }: AddedToken): boolean => inText !== false && content !== '';

/** Creates a finder of the tokens that are searched in raw texts, and one of those for normalized texts. */
export const tokenFinders = (tokens: readonly AddedToken[]): readonly [raw: Finder, normalized: Finder] => [
  tokenFinder(tokens.filter(token => !token.normalized)),
  tokenFinder(tokens.filter(token => token.normalized)),
];

/**
 * Creates a finder of tokens by their normalized content, or by their content if they have no other. The leftmost match
 * wins, and at one index the longest. White space that belongs to a token may contain further tokens. A token whose
 * content a normalizer made empty matches everywhere and separates all characters, as in the reference.
 */
export function tokenFinder(tokens: readonly AddedToken[]): Finder {
  const byPattern = new Map<string, AddedToken>();
  // If several tokens have the same pattern, special tokens win, then the first.
  for (const token of [...tokens].sort((a, b) => Number(b.special) - Number(a.special))) {
    const pattern = token.normalizedContent ?? token.content;
    if (isSearched(token) && !byPattern.has(pattern)) byPattern.set(pattern, token);
  }
  if (byPattern.size === 0) return (text, onMatch) => text !== '' && onMatch(-1, 0, text.length);
  const search = patternSearch([...byPattern.keys()]);
  return (text, onMatch) => {
    let last = 0;
    let ended = -1;
    for (let match = search(text, 0), next = 0; match; match = search(text, next)) {
      const before = ended;
      let [from, to] = match;
      next = ended = to;
      if (from === to) next += unitsAt(text, to);
      if (from === to && before === ended) continue; // an empty match right after another match does not count
      const token = byPattern.get(text.slice(from, to))!;
      if (token.singleWord && (endsWithWord(text, from) || beginsWithWord(text, to))) continue;
      if (token.lstrip) {
        while (from > last && classOf(text.charCodeAt(from - 1)) === space) from--;
        from = Math.max(from, last);
      }
      if (token.rstrip) to = whitespaceEnd(text, to);
      if (last < from) onMatch(-1, last, from);
      if (from < to) onMatch(token.id, from, to);
      last = to;
    }
    if (last < text.length) onMatch(-1, last, text.length);
  };
}

/** Finds the first match at or after an index, and at that index the longest. */
type Search = (text: string, at: number) => [from: number, to: number] | undefined;

/**
 * With more tokens than this, regular expression engines try one after another at each index; longer tokens are read
 * again from each index.
 */
const [trieThreshold, maxTokenLength] = [500, 1000];

function patternSearch(patterns: readonly string[]): Search {
  const sorted = patterns.toSorted((a, b) => b.length - a.length);
  if (sorted[0]!.length > maxTokenLength) {
    failFile(`an added token of ${sorted[0]!.length} characters cannot be looked for; ${maxTokenLength} would fit`);
  }
  if (patterns.length > trieThreshold) return trieSearch(patterns);
  const regex = new RegExp(sorted.map(escapeRegex).join('|'), 'g');
  return (text, at) => {
    regex.lastIndex = at;
    const match = at <= text.length ? regex.exec(text) : null;
    return match ? [match.index, match.index + match[0].length] : undefined;
  };
}

function trieSearch(patterns: readonly string[]): Search {
  const trie = trieOf(patterns.flatMap((pattern, id) => (pattern === '' ? [] : [[pattern, id] as const])));
  const isEverywhere = patterns.includes('');
  return (text, at) => {
    for (; at <= text.length; at++) {
      const length = longestMatchLength(trie, text, at, text.length);
      if (length > 0 || isEverywhere) return [at, at + length];
    }
    return undefined;
  };
}

const wordCharacter = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;

const beginsWithWord = (text: string, at: number) =>
  at < text.length && wordCharacter.test(olderEquivalent(text.slice(at, at + unitsAt(text, at))));

function endsWithWord(text: string, at: number): boolean {
  return at > 0 && wordCharacter.test(olderEquivalent(text.slice(at - unitsBefore(text, at), at)));
}
