import { readAddedTokens } from '../../added-tokens/added-token.js';
import { failFile } from '../../errors.js';
import { bpeFields } from '../../models/bpe/bpe.js';
import { Vocabulary } from '../../models/vocabulary.js';
import { Tokenizer } from '../../tokenizer.js';
import { allComponents } from '../json/all-components.js';
import { readComponent } from '../json/components.js';
import type { Json } from '../json/fields.js';
import { tokenizerFromJson } from '../json/load.js';
import { checkModel, type ModelProto, modelTypes } from '../sentencepiece/model-proto.js';
import { sentencePieceParts } from '../sentencepiece/sentence-piece-tokenizer.js';
import { type GgufMetadata, keyPrefix, MetadataFields, specialTokenKeys, tokenTypes } from './metadata.js';
import { type GgufPreTokenizer, ggufPreTokenizers, preTokenizerJson } from './pre-tokenizers.js';

/** The tokens of a file with their types. */
interface Tokens {
  readonly fields: MetadataFields;
  readonly tokens: readonly string[];
  readonly types: readonly number[];
}

/** A kind of tokenizer, by `tokenizer.ggml.model`. */
interface Kind {
  /** Whether bos and eos go around a text unless the file says otherwise. */
  readonly addsBos: (fields: MetadataFields) => boolean;
  readonly addsEos: boolean;
  readonly read: (tokens: Tokens, around: SpecialTokens) => Tokenizer;
}

/** The special tokens of a file: as parts of a `tokenizer.json`, and their ids by role. */
interface SpecialTokens {
  readonly added_tokens: readonly Json[];
  readonly post_processor: Json | null;
  readonly ids: Readonly<Partial<Record<keyof typeof specialTokenKeys, number>>>;
}

const kinds: Readonly<Record<string, Kind>> = {
  gpt2: { addsBos: fields => preTokenizerOf(fields).addsBos ?? false, addsEos: false, read: byteLevelTokenizer },
  llama: {
    addsBos: () => true,
    addsEos: false,
    read: (tokens, special) => pieceTokenizer(tokens, special, modelTypes.bpe),
  },
  t5: {
    addsBos: () => false,
    addsEos: true,
    read: (tokens, special) => pieceTokenizer(tokens, special, modelTypes.unigram),
  },
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
  if (!Object.hasOwn(kinds, model))
    return failFile(`${keyPrefix}model is "${model}"; ${Object.keys(kinds).join(', ')} can be read`);
  const kind = kinds[model]!;
  const tokens = fields.texts('tokens');
  const types = fields.numbers('token_type', tokens.length) ?? tokens.map(() => tokenTypes.normal);
  const wrong = types.findIndex(type => !Object.values<number>(tokenTypes).includes(type));
  if (wrong >= 0) failFile(`${keyPrefix}token_type of token ${wrong} is ${types[wrong]}; types are 1 to 6`);
  const roles = Object.entries(specialTokenKeys).map(([role, key]) => [role, fields.tokenId(key, tokens)] as const);
  const ids: SpecialTokens['ids'] = Object.fromEntries(roles.filter(([, id]) => id !== undefined));
  const around = (name: string, fallback: boolean, id: number | undefined) =>
    id !== undefined && fields.flag(name, fallback) ? [tokens[id]!] : [];
  const before = around('add_bos_token', kind.addsBos(fields), ids.bos);
  const after = around('add_eos_token', kind.addsEos, ids.eos);
  const special = {
    added_tokens: addedTokens(tokens, types),
    post_processor: templateJson(before, after, token => tokens.indexOf(token)),
    ids,
  };
  return kind.read({ fields, tokens, types }, special);
}

/** Control tokens and user-defined ones. Both are found in texts as they are. */
function addedTokens(tokens: readonly string[], types: readonly number[]): Json[] {
  return tokens.flatMap((content, id) => {
    const special = types[id] === tokenTypes.control;
    return special || types[id] === tokenTypes.userDefined ? [{ id, content, special, normalized: false }] : [];
  });
}

function templateJson(
  before: readonly string[],
  after: readonly string[],
  idOf: (token: string) => number,
): Json | null {
  const around = [...before, ...after];
  if (around.length === 0) return null;
  const special = (token: string) => ({ SpecialToken: { id: token, type_id: 0 } });
  const sequence = (name: string) => [
    ...before.map(special),
    { Sequence: { id: name, type_id: 0 } },
    ...after.map(special),
  ];
  return {
    type: 'TemplateProcessing',
    single: sequence('A'),
    pair: [...sequence('A'), ...sequence('B')],
    special_tokens: Object.fromEntries(
      around.map(token => [token, { id: token, ids: [idOf(token)], tokens: [token] }]),
    ),
  };
}

/** The way to split texts that `tokenizer.ggml.pre` names. */
function preTokenizerOf(fields: MetadataFields): GgufPreTokenizer {
  const name = fields.text('pre') ?? 'default';
  const preTokenizer = ggufPreTokenizers.find(({ names }) => names.includes(name));
  if (preTokenizer) return preTokenizer;
  const known = ggufPreTokenizers.flatMap(({ names }) => names).join(', ');
  return failFile(`${keyPrefix}pre is "${name}", a way to split texts that is not known; known are ${known}`);
}

/** Byte-level BPE. */
function byteLevelTokenizer({ fields, tokens }: Tokens, { ids, ...special }: SpecialTokens): Tokenizer {
  const preTokenizer = preTokenizerOf(fields);
  const vocab = new Vocabulary();
  for (const [id, token] of tokens.entries()) vocab.add(token, id, `${keyPrefix}tokens`);
  const { normalizer = null, ignoreMerges = false } = preTokenizer;
  const json = {
    ...special,
    normalizer,
    pre_tokenizer: preTokenizerJson(preTokenizer),
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: { type: 'BPE', ...bpeFields, ignore_merges: ignoreMerges, vocab, merges: fields.texts('merges') },
  };
  const config = Object.entries(ids).map(([role, id]) => [`${role}_token`, tokens[id]!] as const);
  return tokenizerFromJson(json, { config: Object.fromEntries(config) });
}

/**
 * BPE or Unigram of SentencePiece. User-defined tokens are matched before the pieces, as added tokens, and unused ones
 * fill the vocabulary up.
 */
function pieceTokenizer(tokens: Tokens, { ids, ...special }: SpecialTokens, modelType: number): Tokenizer {
  const parts = sentencePieceParts(modelProto(tokens, modelType));
  const { boundary: _, ...withoutBoundary } = parts;
  const hasUserDefined = tokens.types.includes(tokenTypes.userDefined);
  const postProcessors = allComponents.postProcessors;
  const plain = parts.file as () => Json;
  return new Tokenizer({
    ...(hasUserDefined ? withoutBoundary : parts),
    addedTokens: readAddedTokens(special.added_tokens, parts.model.vocabulary),
    postProcessor: special.post_processor
      ? readComponent('post_processor', postProcessors, special.post_processor, 'post_processor')
      : {},
    file: () => ({ ...plain(), ...special }),
    specialTokenIds: ids,
  });
}

/** The model as SentencePiece's own files describe it. */
function modelProto({ fields, tokens, types }: Tokens, modelType: number): ModelProto {
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
  return file;
}
