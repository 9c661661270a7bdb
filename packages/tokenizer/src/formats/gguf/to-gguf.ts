import { abbreviateJson, failFile, failInput } from '../../errors.js';
import type { Tokenizer } from '../../tokenizer.js';
import type { Json } from '../json/fields.js';
import { saveTokenizer } from '../json/save.js';
import {
  type GgufTokenizerEntries,
  type GgufTokenizerEntry,
  keyPrefix,
  specialTokenKeys,
  tokenTypes,
} from './metadata.js';
import { piecesToGguf } from './pieces-to-gguf.js';
import { ggufPreTokenizers, preTokenizerJson } from './pre-tokenizers.js';

/** The options of `tokenizerToGguf`. */
export interface TokenizerToGgufOptions {
  /** The number of tokens of the model. Unused tokens fill the vocabulary up; that of the tokenizer if absent. */
  readonly vocab?: number;
  /** Ids of special tokens that the tokenizer does not name. */
  readonly specialTokenIds?: {
    /** Begins a text. */
    readonly bos?: number;
    /** Ends a text. */
    readonly eos?: number;
    /** Pads texts of a batch. */
    readonly pad?: number;
  };
}

/** A parsed `tokenizer.json`, as `saveTokenizer` writes it. */
export interface TokenizerJson {
  readonly added_tokens: readonly { readonly id: number; readonly content: string; readonly special: boolean }[];
  readonly normalizer: Json | null;
  readonly pre_tokenizer: Json | null;
  readonly model: Json;
}

/** The entries of a model type, without those of the tokens themselves. */
export interface ModelEntries {
  readonly model: 'gpt2' | 'llama' | 't5';
  readonly entries: Readonly<Record<string, GgufTokenizerEntry>>;
  /** The tokens of the model by id. */
  readonly tokens: readonly (readonly [token: string, id: number])[];
  /** The scores by id; none if absent. */
  readonly scores?: ReadonlyMap<number, number>;
  /** The unknown token, and whether tokens such as `<0x0A>` are bytes. */
  readonly unknownId?: number;
  readonly byteFallback?: boolean;
}

/**
 * The metadata of a GGUF file for a tokenizer, from which llama.cpp makes the same ids: byte-level BPE whose way to
 * split texts llama.cpp knows, BPE of SentencePiece, or Unigram. Errors with code `file` if it is none of these, or has
 * a component that such files cannot express, and with code `input` if it has more tokens than the model.
 */
export function tokenizerToGguf(tokenizer: Tokenizer, options: TokenizerToGgufOptions = {}): GgufTokenizerEntries {
  const json = JSON.parse(saveTokenizer(tokenizer)) as TokenizerJson;
  const parts = isByteLevel(json) ? byteLevelToGguf(json) : piecesToGguf(json);
  const tokens = new Map<number, string>(parts.tokens.map(([token, id]) => [id, token]));
  for (const { id, content } of json.added_tokens) tokens.set(id, content);
  const count = Math.max(-1, ...tokens.keys()) + 1;
  const vocab = options.vocab ?? count;
  if (count > vocab)
    failInput(`tokenizerToGguf: the tokenizer has ids up to ${count - 1}; a vocabulary of ${vocab} does not hold them`);
  const ids = Array.from({ length: vocab }, (_, id) => id);
  const entries: GgufTokenizerEntries = new Map();
  const set = (name: string, entry: GgufTokenizerEntry) => entries.set(keyPrefix + name, entry);
  set('model', { type: 'string', value: parts.model });
  for (const [name, entry] of Object.entries(parts.entries)) set(name, entry);
  set('tokens', { type: 'string[]', value: ids.map(id => tokens.get(id) ?? `[PAD${id}]`) });
  if (parts.scores)
    set('scores', { type: 'float32[]', value: Float32Array.from(ids, id => parts.scores!.get(id) ?? 0) });
  set('token_type', { type: 'int32[]', value: typesOf(json, parts, tokens, vocab) });
  setSpecialTokens(set, tokenizer, options);
  return entries;
}

/** The types of all tokens. */
function typesOf(
  { added_tokens: added }: TokenizerJson,
  { unknownId, byteFallback }: ModelEntries,
  tokens: ReadonlyMap<number, string>,
  vocab: number,
): Int32Array {
  const types = Int32Array.from({ length: vocab }, (_, id) =>
    tokens.has(id)
      ? byteFallback && /^<0x[0-9A-F]{2}>$/.test(tokens.get(id)!)
        ? tokenTypes.byte
        : tokenTypes.normal
      : tokenTypes.unused,
  );
  for (const { id, special } of added)
    if (types[id] !== tokenTypes.byte) types[id] = special ? tokenTypes.control : tokenTypes.userDefined;
  if (unknownId !== undefined) types[unknownId] = tokenTypes.unknown;
  return types;
}

/** The ids of special tokens, and whether bos and eos go around a text. */
function setSpecialTokens(
  set: (name: string, entry: GgufTokenizerEntry) => void,
  tokenizer: Tokenizer,
  { specialTokenIds = {} }: TokenizerToGgufOptions,
): void {
  const { bosTokenId: bos, eosTokenId: eos, padTokenId: pad, unkTokenId: unk } = tokenizer;
  const ids = {
    bos: bos ?? specialTokenIds.bos,
    eos: eos ?? specialTokenIds.eos,
    pad: pad ?? specialTokenIds.pad,
    unk,
  };
  for (const [role, key] of Object.entries(specialTokenKeys)) {
    const value = ids[role as keyof typeof ids];
    if (value !== undefined) set(key, { type: 'uint32', value });
  }
  const sample = 'a';
  const plain = tokenizer.encode(sample, { addSpecialTokens: false }).ids;
  const all = tokenizer.encode(sample).ids;
  const before = all.length > plain.length && all[0] === ids.bos && plain[0] !== ids.bos ? 1 : 0;
  const after = all.length - before - plain.length;
  const isKnown = after === 0 || (after === 1 && all.at(-1) === ids.eos);
  if (!isKnown)
    failFile(`the tokenizer encodes "${sample}" as ${all}; GGUF files know bos in front and eos at the end`);
  set('add_bos_token', { type: 'bool', value: before === 1 });
  set('add_eos_token', { type: 'bool', value: after === 1 });
}

function stepsOf(preTokenizer: Json | null): readonly Json[] {
  if (!preTokenizer) return [];
  return preTokenizer.type === 'Sequence' ? (preTokenizer.pretokenizers as Json[]).flatMap(stepsOf) : [preTokenizer];
}

const isByteLevel = ({ pre_tokenizer }: TokenizerJson) => stepsOf(pre_tokenizer).at(-1)?.type === 'ByteLevel';

function byteLevelToGguf({ model, normalizer, pre_tokenizer, added_tokens }: TokenizerJson): ModelEntries {
  if (model.type !== 'BPE') return failFile(`a byte-level model of type ${model.type} has no place in GGUF files`);
  const affixes = ['continuing_subword_prefix', 'end_of_word_suffix'].find(name => model[name]);
  if (affixes) return failFile(`a byte-level BPE with ${affixes} has no place in GGUF files`);
  const signature = (preTokenizer: Json | null, normalizer: unknown, ignoreMerges: unknown) =>
    JSON.stringify([
      stepsOf(preTokenizer).map(({ trim_offsets: _, ...step }) => Object.entries(step).sort()),
      normalizer ?? null,
      ignoreMerges,
    ]);
  const wanted = signature(pre_tokenizer, normalizer, model.ignore_merges === true);
  const known = ggufPreTokenizers.find(
    each => signature(preTokenizerJson(each), each.normalizer, each.ignoreMerges ?? false) === wanted,
  );
  if (!known) {
    return failFile(
      'llama.cpp has no name for the way in which this byte-level tokenizer splits texts: pre_tokenizer ' +
        `${abbreviateJson(pre_tokenizer)}, normalizer ${abbreviateJson(normalizer)}, ` +
        `ignore_merges ${model.ignore_merges}`,
    );
  }
  const added = new Set(added_tokens.map(({ content }) => content));
  const merges = (model.merges as string[][]).filter(([left, right]) => !added.has(left!) && !added.has(right!));
  return {
    model: 'gpt2',
    entries: {
      pre: { type: 'string', value: known.names[0]! },
      merges: { type: 'string[]', value: merges.map(pair => pair.join(' ')) },
    },
    tokens: Object.entries(model.vocab as Record<string, number>),
  };
}
