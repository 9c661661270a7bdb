import { byteAlphabet, inByteAlphabet } from '../byte-alphabet.js';
import type { Reader } from '../components.js';
import { failFile } from '../errors.js';
import type { Fields } from '../fields.js';
import { utf8LengthOf } from '../unicode.js';
import { type Vocabulary, vocabularyFromObject } from '../vocabulary.js';
import { byteBpe } from './byte-bpe.js';
import { ByteTokens } from './byte-tokens.js';
import { cached } from './cached.js';
import { FirstSymbols, type SymbolRules } from './first-symbols.js';
import { merge, Symbols } from './merge.js';
import type { Model } from './model.js';
import { PairTable } from './pair-table.js';

/** Ranks must stay below this, so that rank and place fit one exact double. */
const mostMerges = 1 << 22;

/** Byte-pair encoding over characters or bytes, with byte fallback, unknown tokens and affixes as the file says. */
export const bpe: Reader<Model> = fields => {
  const dropout = fields.has('dropout') ? fields.raw('dropout') : 0;
  if (dropout !== 0) failFile(`${fields.path('dropout')} is ${String(dropout)}; only 0 or null can be read`);
  return bpeFrom(fields);
};

/** The same, whatever dropout the file asks for. */
export function bpeFrom(fields: Fields): Model {
  const vocabulary = vocabularyFromObject(fields.raw('vocab'), fields.path('vocab'));
  const rules = readRules(fields, vocabulary);
  const tokens = byteTokens(vocabulary, rules);
  const merges = readMerges(fields, vocabulary, rules.prefix, tokens);
  return bpeModel(vocabulary, merges, rules, fields.boolean('ignore_merges', false), tokens);
}

/** A byte-pair encoding from its parts. With `wholeFirst` a piece that is a token is that token, whatever the merges say. */
export function bpeModel(
  vocabulary: Vocabulary,
  merges: PairTable,
  rules: SymbolRules,
  wholeFirst: boolean,
  tokens = byteTokens(vocabulary, rules),
): Model {
  const first = new FirstSymbols(vocabulary, rules);
  const symbols = new Symbols();
  const model = cached({
    vocabulary,
    merges,
    readsBytes: true,
    unknownId: rules.unknownId,
    tokenize(text, start, end, bytes, ids, spans) {
      symbols.count = 0;
      const whole = wholeFirst ? wholeToken(vocabulary, text.slice(start, end), bytes) : undefined;
      if (whole !== undefined) symbols.push(whole, utf8LengthOf(text, start, end));
      else {
        if (bytes) first.ofBytes(text, start, end, symbols);
        else first.ofCharacters(text, start, end, symbols);
        merge(symbols, merges);
      }
      for (let index = 0, at = 0; index < symbols.count; index++) {
        ids.push(symbols.ids[index]!);
        spans?.push(at, (at += symbols.lengths[index]!));
      }
      symbols.release();
    },
  });
  return tokens ? byteBpe(model, vocabulary, tokens, merges, wholeFirst) : model;
}

/** The tokens by their bytes, where every byte is a token and none has an affix. */
function byteTokens(vocabulary: Vocabulary, { prefix, suffix }: SymbolRules): ByteTokens | undefined {
  const isPlain = prefix === '' && suffix === '' && byteAlphabet().every(char => vocabulary.id(char) !== undefined);
  return isPlain ? new ByteTokens(vocabulary) : undefined;
}

const wholeToken = (vocabulary: Vocabulary, piece: string, bytes: boolean) =>
  vocabulary.id(bytes ? inByteAlphabet(piece) : piece);

/** Reads how single characters become symbols. */
export function readRules(fields: Fields, vocabulary: Vocabulary): SymbolRules {
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

function readMerges(fields: Fields, vocabulary: Vocabulary, prefix: string, tokens: ByteTokens | undefined): PairTable {
  const list = fields.array('merges');
  const where = fields.path('merges');
  if (list.length >= mostMerges)
    failFile(`${where} holds ${list.length} merges; at most ${mostMerges - 1} can be read`);
  const table = new PairTable(list.length);
  for (let rank = 0; rank < list.length; rank++) {
    const entry = list[rank];
    const pair: readonly unknown[] = typeof entry === 'string' ? entry.split(' ') : Array.isArray(entry) ? entry : [];
    const [left, right] = pair;
    if (pair.length !== 2 || typeof left !== 'string' || typeof right !== 'string') {
      return failFile(`${where}[${rank}] must be a pair of tokens, it is ${JSON.stringify(entry)?.slice(0, 80)}`);
    }
    const id = (token: string) =>
      vocabulary.id(token) ?? failFile(`${where}[${rank}] names "${token}", which is not in ${fields.path('vocab')}`);
    const [leftId, rightId] = [id(left), id(right)];
    const joined = tokens ? tokens.joined(leftId, rightId) : -1;
    table.set(leftId, rightId, rank, joined >= 0 ? joined : id(left + right.slice(prefix.length)));
  }
  return table;
}
