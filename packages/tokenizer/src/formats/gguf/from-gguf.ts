import { failFile } from '../../errors.js';
import { bpeFields } from '../../models/bpe/bpe.js';
import { Vocabulary } from '../../models/vocabulary.js';
import type { Tokenizer } from '../../tokenizer.js';
import type { Json } from '../json/fields.js';
import { tokenizerFromJson } from '../json/load.js';
import { checkModel, type ModelProto, modelTypes } from '../sentencepiece/model-proto.js';
import { pieceTable } from '../sentencepiece/piece-table.js';
import { sentencePieceToJson } from '../sentencepiece/to-json.js';
import { type GgufMetadata, keyPrefix, MetadataFields, specialTokenKeys, tokenTypes } from './metadata.js';
import { ggufPreTokenizers, preTokenizerJson } from './pre-tokenizers.js';

/** The tokens of a file with their types. */
interface Tokens {
  readonly fields: MetadataFields;
  readonly tokens: readonly string[];
  readonly types: readonly number[];
}

/** The components of a `tokenizer.json`, and whether special tokens go around a text unless the file says otherwise. */
interface Components {
  readonly json: Json;
  readonly addsBos: boolean;
  readonly addsEos: boolean;
}

/** The readers by `tokenizer.ggml.model`. */
const readers: Readonly<Record<string, (tokens: Tokens) => Components>> = {
  gpt2: byteLevelComponents,
  llama: tokens => ({ json: pieceComponents(tokens, modelTypes.bpe), addsBos: true, addsEos: false }),
  t5: tokens => ({ json: pieceComponents(tokens, modelTypes.unigram), addsBos: false, addsEos: true }),
};

/**
 * The tokenizer in the metadata of a GGUF file, with the ids of llama.cpp; undefined if the file has none. It is saved
 * as the `tokenizer.json` of a published model of its kind. Errors if the kind is none of `gpt2` (byte-level BPE),
 * `llama` (BPE of SentencePiece) and `t5` (Unigram), or if entries do not fit each other.
 */
export function tokenizerFromGguf(metadata: GgufMetadata): Tokenizer | undefined {
  const fields = new MetadataFields(metadata);
  const model = fields.text('model') ?? 'none';
  if (model === 'none' || model === 'no_vocab') return undefined;
  if (!Object.hasOwn(readers, model))
    return failFile(`${keyPrefix}model is "${model}"; ${Object.keys(readers).join(', ')} can be read`);
  const tokens = fields.texts('tokens');
  const types = fields.numbers('token_type', tokens.length) ?? tokens.map(() => tokenTypes.normal);
  const wrong = types.findIndex(type => !Object.values<number>(tokenTypes).includes(type));
  if (wrong >= 0) failFile(`${keyPrefix}token_type of token ${wrong} is ${types[wrong]}; types are 1 to 6`);
  const { json, addsBos, addsEos } = readers[model]!({ fields, tokens, types });
  const ids = Object.entries(specialTokenKeys).map(([role, key]) => [role, fields.tokenId(key, tokens)] as const);
  const { bos, eos } = Object.fromEntries(ids);
  const around = (name: string, fallback: boolean, id: number | undefined): Json[] =>
    id !== undefined && fields.flag(name, fallback) ? [{ SpecialToken: { id: tokens[id]!, type_id: 0 } }] : [];
  const [before, after] = [around('add_bos_token', addsBos, bos), around('add_eos_token', addsEos, eos)];
  const config = ids.flatMap(([role, id]) => (id === undefined ? [] : [[`${role}_token`, tokens[id]!] as const]));
  return tokenizerFromJson(
    {
      ...json,
      added_tokens: addedTokens(tokens, types),
      post_processor: templateJson(before, after, { tokens, bos, eos }),
    },
    { config: Object.fromEntries(config) },
  );
}

/** Control tokens and user-defined ones. Both are found in texts as they are. */
function addedTokens(tokens: readonly string[], types: readonly number[]): Json[] {
  return tokens.flatMap((content, id) => {
    const special = types[id] === tokenTypes.control;
    return special || types[id] === tokenTypes.userDefined ? [{ id, content, special, normalized: false }] : [];
  });
}

function templateJson(
  before: readonly Json[],
  after: readonly Json[],
  { tokens, bos, eos }: { tokens: readonly string[]; bos: number | undefined; eos: number | undefined },
): Json | null {
  if (before.length + after.length === 0) return null;
  const special = [bos, eos].flatMap(id => {
    const token = id === undefined ? undefined : tokens[id]!;
    return token === undefined ? [] : [[token, { id: token, ids: [id], tokens: [token] }] as const];
  });
  const sequence = (name: string) => [...before, { Sequence: { id: name, type_id: 0 } }, ...after];
  return {
    type: 'TemplateProcessing',
    single: sequence('A'),
    pair: [...sequence('A'), ...sequence('B')],
    special_tokens: Object.fromEntries(special),
  };
}

/** Byte-level BPE; `tokenizer.ggml.pre` names the pre-tokenizer. */
function byteLevelComponents({ fields, tokens }: Tokens): Components {
  const name = fields.text('pre') ?? 'default';
  const preTokenizer = ggufPreTokenizers.find(({ names }) => names.includes(name));
  if (!preTokenizer) {
    const known = ggufPreTokenizers.flatMap(({ names }) => names).join(', ');
    return failFile(`${keyPrefix}pre is "${name}", a way to split texts that is not known; known are ${known}`);
  }
  const vocab = new Vocabulary();
  for (const [id, token] of tokens.entries()) vocab.add(token, id, `${keyPrefix}tokens`);
  const { normalizer = null, ignoreMerges = false, addsBos = false } = preTokenizer;
  const json = {
    normalizer,
    pre_tokenizer: preTokenizerJson(preTokenizer),
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: { type: 'BPE', ...bpeFields, ignore_merges: ignoreMerges, vocab, merges: fields.texts('merges') },
  };
  return { json, addsBos, addsEos: false };
}

/**
 * The components of a SentencePiece model. User-defined tokens are matched before the pieces, as added tokens, and unused
 * ones fill the vocabulary up.
 */
function pieceComponents({ fields, tokens, types }: Tokens, modelType: number): Json {
  const { userDefined, unused, control, byte } = tokenTypes;
  const isUnigram = modelType === modelTypes.unigram;
  const file: ModelProto = {
    pieces: [...tokens],
    scores: [...(fields.numbers('scores', tokens.length) ?? failFile(`${keyPrefix}scores is missing`))],
    types: types.map(type => (type === userDefined || type === unused ? control : type)),
    modelType,
    byteFallback: types.includes(byte),
    whitespaceAsSuffix: false,
    unknownSurface: ' \u2047 ',
    specialPieces: { bos: '', eos: '', pad: '' },
    normalizer: {
      charsMap: (isUnigram && fields.bytes('precompiled_charsmap')) || new Uint8Array(0),
      addDummyPrefix: fields.flag('add_space_prefix', true),
      removeExtraWhitespaces: isUnigram && fields.flag('remove_extra_whitespaces', false),
      escapeWhitespaces: true,
    },
    denormalizer: undefined,
  };
  if (fields.flag('treat_whitespace_as_suffix', false))
    failFile(`${keyPrefix}treat_whitespace_as_suffix is true; false would fit`);
  const empty = tokens.indexOf('');
  if (empty >= 0) failFile(`${keyPrefix}tokens has an empty text for token ${empty}`);
  const lost = file.scores.findIndex(Number.isNaN);
  if (lost >= 0) failFile(`${keyPrefix}scores of token ${lost} is not a number`);
  checkModel(file);
  const table = pieceTable(file);
  const json = sentencePieceToJson(file, table);
  return isUnigram ? json : { ...json, model: { ...(json.model as Json), vocab: table.vocabulary } };
}
