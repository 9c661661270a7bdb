import { failFile } from './errors.js';
import { Fields } from './formats/json/fields.js';
import { longestMatchLength, trieOf } from './models/trie.js';
import type { Vocabulary } from './models/vocabulary.js';
import { classOf, space, whitespaceEnd } from './text/character-class.js';
import { unitsAt, unitsBefore } from './text/unicode.js';
import { olderEquivalent } from './text/unicode-version.js';

/** A token that is found in the text before the model reads it. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** Whether it is found only between characters that are not word characters. */
  readonly singleWord: boolean;
  /** Whether it includes the white space before it. */
  readonly lstrip: boolean;
  /** Whether it includes the white space after it. */
  readonly rstrip: boolean;
  /** Whether it is searched in the normalized text instead of the raw text. */
  readonly normalized: boolean;
  /** Whether decoding without special tokens leaves it out. */
  readonly special: boolean;
  /** False: it only names an id and is never found in a text. */
  readonly inText?: boolean;
  /** Its content after normalization: the text that is searched and decoded. Absent: the content. */
  readonly normalizedContent?: string;
}

/** Reads `added_tokens`. It is an error if the vocabulary gives an id to another token. */
export function readAddedTokens(json: unknown, vocabulary: Vocabulary): AddedToken[] {
  if (json === undefined || json === null) return [];
  if (!Array.isArray(json)) failFile('added_tokens must be an array');
  const contents = new Map<number, string>();
  return Array.from<unknown>(json).map((entry, index) => {
    const fields = new Fields(entry, `added_tokens[${index}]`);
    const content = fields.string('content');
    const id = fields.count('id', undefined, (1 << 24) - 1);
    const holder = vocabulary.token(id) ?? contents.get(id);
    if (holder !== undefined && holder !== content) {
      failFile(`${fields.path('id')} gives id ${id} to "${content}", it belongs to "${holder}"`);
    }
    contents.set(id, content);
    return { id, content, ...readFlags(fields) };
  });
}

/** Reads the flags that say how a token is found. */
export function readFlags(fields: Fields): Omit<AddedToken, 'id' | 'content'> {
  const special = fields.boolean('special', false);
  return {
    singleWord: fields.boolean('single_word', false),
    lstrip: fields.boolean('lstrip', false),
    rstrip: fields.boolean('rstrip', false),
    normalized: fields.boolean('normalized', !special),
    special,
  };
}

/** A token as an entry of `added_tokens`. */
export const addedTokenToJson = (token: AddedToken): Readonly<Record<string, unknown>> => ({
  id: token.id,
  content: token.content,
  single_word: token.singleWord,
  lstrip: token.lstrip,
  rstrip: token.rstrip,
  normalized: token.normalized,
  special: token.special,
});

/** Adds the normalized content to tokens that are searched in normalized texts. `normalOf` normalizes a text. */
export const withNormalizedContent = (
  tokens: readonly AddedToken[],
  normalOf: ((text: string) => string) | undefined,
): readonly AddedToken[] =>
  normalOf
    ? tokens.map(token => (token.normalized ? { ...token, normalizedContent: normalOf(token.content) } : token))
    : tokens;

/**
 * Finds tokens in a text. Calls `onMatch(id, from, to)` for each token, and with id -1 for the text between tokens.
 * Offsets are in UTF-16 units.
 */
export type Finder = (text: string, onMatch: (id: number, from: number, to: number) => void) => void;

/**
 * Creates a finder for tokens by their patterns. The leftmost match wins, and at one index the longest. White space
 * that belongs to a token may contain further tokens. A pattern that a normalizer made empty matches everywhere and
 * separates all characters, as in the reference.
 */
export function tokenFinder(tokens: readonly { readonly pattern: string; readonly token: AddedToken }[]): Finder {
  const byPattern = new Map<string, AddedToken>();
  // If several tokens have the same pattern, special tokens win, then the first.
  for (const { pattern, token } of [...tokens].sort((a, b) => Number(b.token.special) - Number(a.token.special))) {
    if (!byPattern.has(pattern)) byPattern.set(pattern, token);
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

const escapeRegex = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
const wordCharacter = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;

const beginsWithWord = (text: string, at: number) =>
  at < text.length && wordCharacter.test(olderEquivalent(text.slice(at, at + unitsAt(text, at))));

function endsWithWord(text: string, at: number): boolean {
  return at > 0 && wordCharacter.test(olderEquivalent(text.slice(at - unitsBefore(text, at), at)));
}
