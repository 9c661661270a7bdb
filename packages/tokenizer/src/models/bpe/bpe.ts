import { failFile } from '../../errors.js';
import { type ModelComponent, required } from '../../formats/json/components.js';
import type { Fields } from '../../formats/json/fields.js';
import { toByteAlphabet } from '../../text/byte-alphabet.js';
import { utf8LengthOf } from '../../text/unicode.js';
import type { Model } from '../model.js';
import { type Vocabulary, vocabularyFromObject } from '../vocabulary.js';
import { withCache } from '../with-cache.js';
import { byteBpe } from './byte-bpe.js';
import { InitialSymbols, type SymbolRules } from './initial-symbols.js';
import { merge, Symbols } from './merge.js';
import type { PairTable } from './pair-table.js';
import { byteTokens, readMerges } from './read-merges.js';

/** The fields of a byte-pair encoding. */
export const bpeFields = {
  dropout: null,
  unk_token: null,
  continuing_subword_prefix: null,
  end_of_word_suffix: null,
  fuse_unk: false,
  byte_fallback: false,
  ignore_merges: false,
  vocab: required,
  merges: required,
};

/**
 * Byte-pair encoding over characters or bytes, with byte fallback, unknown tokens and affixes according to the file.
 */
export const bpe: ModelComponent = {
  type: 'BPE',
  fields: bpeFields,
  fromJson: fields => {
    const dropout = fields.raw('dropout') ?? 0;
    if (dropout !== 0) failFile(`${fields.path('dropout')} is ${String(dropout)}; only 0 or null can be read`);
    return readBpe(fields);
  },
  staysInWords: mergesStayInWords,
};

/** Reads the model, whatever dropout the file sets. */
export function readBpe(fields: Fields): Model {
  const vocabulary = vocabularyFromObject(fields.raw('vocab'), fields.path('vocab'));
  const rules = readSymbolRules(fields, vocabulary);
  const tokens = byteTokens(vocabulary, rules);
  const merges = readMerges(fields, vocabulary, rules.prefix);
  return bpeModel(vocabulary, merges, rules, fields.boolean('ignore_merges'), tokens);
}

/**
 * Creates a byte-pair encoding from its parts. With `ignoreMerges`, a pre-token that is a token becomes that token,
 * whatever the merges say.
 */
export function bpeModel(
  vocabulary: Vocabulary,
  merges: PairTable,
  rules: SymbolRules,
  ignoreMerges: boolean,
  tokens = byteTokens(vocabulary, rules),
): Model {
  const first = new InitialSymbols(vocabulary, rules);
  const symbols = new Symbols();
  const writeSymbols: Model['writeSymbols'] = (text, start, end, bytes, to) =>
    bytes ? first.fromBytes(text, start, end, to) : first.fromCharacters(text, start, end, to);
  const model = withCache({
    vocabulary,
    merges,
    writeSymbols,
    // Byte fallback needs offsets of the byte alphabet's characters, so the pre-token must be written in it.
    acceptsBytes: !rules.byteFallback,
    unknownId: rules.unknownId,
    tokenize(text, start, end, bytes, ids, spans) {
      symbols.count = 0;
      const whole = ignoreMerges ? wholeToken(vocabulary, text.slice(start, end), bytes) : undefined;
      if (whole !== undefined) symbols.push(whole, utf8LengthOf(text, start, end));
      else {
        writeSymbols(text, start, end, bytes, symbols);
        merge(symbols, merges);
      }
      symbols.writeTo(ids, spans);
    },
  });
  return tokens ? byteBpe(model, vocabulary, tokens, merges, ignoreMerges) : model;
}

const wholeToken = (vocabulary: Vocabulary, preToken: string, bytes: boolean) =>
  vocabulary.id(bytes ? toByteAlphabet(preToken) : preToken);

/** Reads the rules that turn single characters into symbols. */
export function readSymbolRules(fields: Fields, vocabulary: Vocabulary): SymbolRules {
  const unknown = fields.has('unk_token') ? fields.string('unk_token') : undefined;
  const unknownId = unknown === undefined ? undefined : vocabulary.id(unknown);
  if (unknown !== undefined && unknownId === undefined) {
    failFile(`${fields.path('unk_token')} "${unknown}" is not in ${fields.path('vocab')}`);
  }
  return {
    prefix: fields.string('continuing_subword_prefix', ''),
    suffix: fields.string('end_of_word_suffix', ''),
    unknownId,
    fuseUnknown: fields.boolean('fuse_unk'),
    byteFallback: fields.boolean('byte_fallback'),
  };
}

/**
 * Whether a byte-pair encoding that reads a whole text never merges across the space before a word: no token has a
 * space after another character.
 */
export function mergesStayInWords({ vocabulary }: Model, fields: Fields, space: string): boolean {
  const joinsWords = ['ignore_merges', 'continuing_subword_prefix', 'end_of_word_suffix'].some(name =>
    fields.raw(name),
  );
  if (joinsWords || vocabulary.id(space) === undefined) return false;
  for (const [token] of vocabulary.entries())
    for (let at = token.indexOf(space, 1); at > 0; at = token.indexOf(space, at + 1))
      if (!token.startsWith(space, at - space.length)) return false;
  return true;
}
