import { failFile } from './errors.js';
import { Fields } from './formats/json/fields.js';
import { longestMatchLength, trieOf } from './models/trie.js';
import type { Vocabulary } from './models/vocabulary.js';
import { classOf, space, whitespaceEnd } from './text/character-class.js';
import { unitsAt, unitsBefore } from './text/unicode.js';
import { olderEquivalent } from './text/unicode-version.js';

/** A token that is found in the text before the model sees it. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** Found only where no word character touches it. */
  readonly singleWord: boolean;
  /** Takes the white space before it along. */
  readonly lstrip: boolean;
  /** Takes the white space after it along. */
  readonly rstrip: boolean;
  /** Looked for in the normalized text instead of the raw one. */
  readonly normalized: boolean;
  /** Left out when decoding without special tokens. */
  readonly special: boolean;
  /** False: only a name of an id, never found in a text. */
  readonly inText?: boolean;
  /** What a normalizer makes of its content: what is looked for, and what it is decoded as. Absent: the content. */
  readonly normalizedContent?: string;
}

/** Reads `added_tokens`. An id that the vocabulary gives to another token is an error. */
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

/** How a token is looked for, as a file says. */
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

/** A token as `added_tokens` of a file has it. */
export const addedTokenToJson = (token: AddedToken): Readonly<Record<string, unknown>> => ({
  id: token.id,
  content: token.content,
  single_word: token.singleWord,
  lstrip: token.lstrip,
  rstrip: token.rstrip,
  normalized: token.normalized,
  special: token.special,
});

/** Tokens that are looked for in normalized texts, as `normalOf` makes them; the others as they are. */
export const withNormalizedContent = (
  tokens: readonly AddedToken[],
  normalOf: ((text: string) => string) | undefined,
): readonly AddedToken[] =>
  normalOf
    ? tokens.map(token => (token.normalized ? { ...token, normalizedContent: normalOf(token.content) } : token))
    : tokens;

/** Finds tokens in a text: calls `found(id, from, to)` for each, and with id -1 for the text between them. */
export type Finder = (text: string, onMatch: (id: number, from: number, to: number) => void) => void;

/**
 * Looks for tokens by their patterns: the leftmost match wins, of several there the longest. White space that a token took along may hold further tokens, and a
 * pattern of which a normalizer left nothing matches everywhere and so cuts all characters apart, as in the reference.
 */
export function tokenFinder(tokens: readonly { readonly pattern: string; readonly token: AddedToken }[]): Finder {
  const byPattern = new Map<string, AddedToken>();
  // Of several that look the same the first counts, special ones before others.
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
      if (from === to && before === ended) continue; // right behind another match nothing is no match
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

/** Finds the first match at a place of a text or behind it, the longest one there. */
type Search = (text: string, at: number) => [from: number, to: number] | undefined;

/** Of more tokens engines try one after another at each place of a text; and longer ones are read again from each place on. */
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
