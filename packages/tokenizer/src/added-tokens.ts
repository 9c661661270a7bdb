import { classOf, space, spacesEnd } from './character-class.js';
import { failFile } from './errors.js';
import { Fields } from './fields.js';
import { unitsAt, unitsBefore } from './unicode.js';
import type { Vocabulary } from './vocabulary.js';

/** A token that is found in the text before the model sees it. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** Found only where no word character touches it. */
  readonly singleWord: boolean;
  /** Takes the white space before it along. */
  readonly stripLeft: boolean;
  /** Takes the white space after it along. */
  readonly stripRight: boolean;
  /** Looked for in the normalized text instead of the raw one. */
  readonly normalized: boolean;
  /** Left out when decoding without special tokens. */
  readonly special: boolean;
  /** False: only a name of an id, never found in a text. */
  readonly inText?: boolean;
  /** What a normalizer makes of its content: what is looked for, and what it is decoded as. Absent: the content. */
  readonly normal?: string;
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
    const special = fields.boolean('special', false);
    return {
      id,
      content,
      singleWord: fields.boolean('single_word', false),
      stripLeft: fields.boolean('lstrip', false),
      stripRight: fields.boolean('rstrip', false),
      normalized: fields.boolean('normalized', !special),
      special,
    };
  });
}

/** Tokens that are looked for in normalized texts, as `normalOf` makes them; the others as they are. */
export const withNormals = (
  tokens: readonly AddedToken[],
  normalOf: ((text: string) => string) | undefined,
): readonly AddedToken[] =>
  normalOf ? tokens.map(token => (token.normalized ? { ...token, normal: normalOf(token.content) } : token)) : tokens;

/** Finds tokens in a text: calls `found(id, from, to)` for each, and with id -1 for the text between them. */
export type Finder = (text: string, found: (id: number, from: number, to: number) => void) => void;

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
  if (byPattern.size === 0) return (text, found) => text !== '' && found(-1, 0, text.length);
  const patterns = [...byPattern.keys()].sort((a, b) => b.length - a.length);
  const search = new RegExp(patterns.map(escapeRegex).join('|'), 'g');
  return (text, found) => {
    let last = 0;
    let ended = -1;
    search.lastIndex = 0;
    for (let match = search.exec(text); match; match = search.exec(text)) {
      const before = ended;
      ended = match.index + match[0].length;
      if (match[0] === '') search.lastIndex += unitsAt(text, match.index);
      if (match[0] === '' && before === ended) continue; // right behind another match nothing is no match
      const token = byPattern.get(match[0])!;
      let from = match.index;
      let to = from + match[0].length;
      if (token.singleWord && (endsWithWord(text, from) || beginsWithWord(text, to))) continue;
      if (token.stripLeft) {
        while (from > last && classOf(text.charCodeAt(from - 1)) === space) from--;
        from = Math.max(from, last);
      }
      if (token.stripRight) to = spacesEnd(text, to);
      if (last < from) found(-1, last, from);
      if (from < to) found(token.id, from, to);
      last = to;
    }
    if (last < text.length) found(-1, last, text.length);
  };
}

const escapeRegex = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
const wordCharacter = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;

const beginsWithWord = (text: string, at: number) =>
  at < text.length && wordCharacter.test(text.slice(at, at + unitsAt(text, at)));

function endsWithWord(text: string, at: number): boolean {
  return at > 0 && wordCharacter.test(text.slice(at - unitsBefore(text, at), at));
}
