import { failFile } from '../errors.js';
import { Fields } from '../formats/json/fields.js';
import type { Vocabulary } from '../models/vocabulary.js';

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
  const list = json ?? [];
  if (!Array.isArray(list)) failFile('added_tokens must be an array');
  const contents = new Map<number, string>();
  return Array.from<unknown>(list).map((entry, index) => {
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
    ? tokens.map(token =>
        token.normalized && token.normalizedContent === undefined
          ? { ...token, normalizedContent: normalOf(token.content) }
          : token,
      )
    : tokens;
