import { failFile } from '../../errors.js';
import type { ComponentReader } from '../../formats/json/components.js';
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

/**
 * Byte-pair encoding over characters or bytes, with byte fallback, unknown tokens and affixes according to the file.
 */
export const bpe: ComponentReader<Model> = fields => {
  const dropout = fields.has('dropout') ? fields.raw('dropout') : 0;
  if (dropout !== 0) failFile(`${fields.path('dropout')} is ${String(dropout)}; only 0 or null can be read`);
  return readBpe(fields);
};

/** Reads the model, whatever dropout the file sets. */
export function readBpe(fields: Fields): Model {
  const vocabulary = vocabularyFromObject(fields.raw('vocab'), fields.path('vocab'));
  const rules = readSymbolRules(fields, vocabulary);
  const tokens = byteTokens(vocabulary, rules);
  const merges = readMerges(fields, vocabulary, rules.prefix);
  return bpeModel(vocabulary, merges, rules, fields.boolean('ignore_merges', false), tokens);
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
  const model = withCache({
    vocabulary,
    merges,
    // Byte fallback needs offsets of the byte alphabet's characters, so the pre-token must be written in it.
    acceptsBytes: !rules.byteFallback,
    unknownId: rules.unknownId,
    tokenize(text, start, end, bytes, ids, spans) {
      symbols.count = 0;
      const whole = ignoreMerges ? wholeToken(vocabulary, text.slice(start, end), bytes) : undefined;
      if (whole !== undefined) symbols.push(whole, utf8LengthOf(text, start, end));
      else {
        if (bytes) first.fromBytes(text, start, end, symbols);
        else first.fromCharacters(text, start, end, symbols);
        merge(symbols, merges);
      }
      for (let index = 0, at = 0; index < symbols.count; index++) {
        ids.push(symbols.ids[index]!);
        spans?.push(at, (at += symbols.lengths[index]!));
      }
      symbols.release();
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
    prefix: fields.has('continuing_subword_prefix') ? fields.string('continuing_subword_prefix') : '',
    suffix: fields.has('end_of_word_suffix') ? fields.string('end_of_word_suffix') : '',
    unknownId,
    fuseUnknown: fields.boolean('fuse_unk', false),
    byteFallback: fields.boolean('byte_fallback', false),
  };
}
