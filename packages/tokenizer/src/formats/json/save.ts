import { failFile } from '../../errors.js';
import type { Model } from '../../models/model.js';
import type { Tokenizer } from '../../tokenizer.js';
import { componentToJson, withDefaults } from './component-to-json.js';
import type { Json } from './fields.js';
import { writeJson } from './write-json.js';

/** How a tokenizer is written. */
export interface SaveOptions {
  /** Whether to write one line per entry, as the reference does on request. Default false: everything on one line. */
  readonly pretty?: boolean;
}

/**
 * The `tokenizer.json` of a tokenizer as text, as the reference library writes it: all fields, including defaults, in
 * its order. Settings of `tokenizer_config.json` are not part of it.
 */
export function saveTokenizer(tokenizer: Tokenizer, { pretty = false }: SaveOptions = {}): string {
  const { file: source, model } = tokenizer.parts;
  if (tokenizer.target)
    failFile('a tokenizer with a separate one for translations cannot be saved; tokenizer.json holds one');
  if (!source) return failFile('a tokenizer made of custom parts cannot be saved; no tokenizer.json describes it');
  const file = typeof source === 'function' ? source() : { ...source, model: withTables(source.model as Json, model) };
  const component = (kind: Parameters<typeof componentToJson>[0]) =>
    file[kind] == null ? null : componentToJson(kind, file[kind] as Json);
  const output = {
    version: '1.0',
    truncation: file.truncation == null ? null : withDefaults(truncationDefaults, file.truncation as Json),
    padding: file.padding == null ? null : withDefaults(paddingDefaults, file.padding as Json),
    added_tokens: addedTokensToJson((file.added_tokens ?? []) as readonly Json[]),
    normalizer: component('normalizer'),
    pre_tokenizer: component('pre_tokenizer'),
    post_processor: component('post_processor'),
    decoder: component('decoder'),
    model: modelToJson(file.model as Json),
  };
  return writeJson(output, pretty ? '  ' : '');
}

const truncationDefaults: Json = { direction: 'Right', max_length: undefined, strategy: 'LongestFirst', stride: 0 };
const paddingDefaults: Json = {
  strategy: undefined,
  direction: 'Right',
  pad_to_multiple_of: null,
  pad_id: 0,
  pad_type_id: 0,
  pad_token: '[PAD]',
};

function addedTokensToJson(tokens: readonly Json[]): Json[] {
  const flags = { single_word: false, lstrip: false, rstrip: false };
  const output = tokens.map(token => ({
    ...withDefaults({ id: undefined, content: undefined, ...flags }, token),
    normalized: token.normalized ?? !(token.special ?? false),
    special: token.special ?? false,
  }));
  return output.sort((a, b) => Number((a as Json).id) - Number((b as Json).id));
}

/** Settings of models with the values that the reference writes for absent fields. */
const modelDefaults: { readonly [type: string]: Json } = {
  BPE: {
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: false,
    byte_fallback: false,
    ignore_merges: false,
  },
  Unigram: { unk_id: null },
  WordLevel: {},
  WordPiece: { unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 100 },
};

/** The JSON of a model with the tables that the model holds. */
function withTables(json: Json, { vocabulary, merges, scores }: Model): Json {
  const tokens = [...vocabulary.entries()].sort(([, a], [, b]) => a - b);
  if (scores) return { ...json, vocab: tokens.map(([token, id]) => [token, scores[id]!]) };
  if (!merges) return { ...json, vocab: new Map(tokens) };
  const name = (id: number) => vocabulary.token(id)!;
  const ranked = [...merges.entries()].sort(([, , a], [, , b]) => a - b);
  return { ...json, vocab: new Map(tokens), merges: ranked.map(([left, right]) => [name(left), name(right)]) };
}

function modelToJson({ vocab, merges, ...json }: Json): Json {
  const type = String(json.type);
  const output = { type, ...withDefaults(modelDefaults[type] ?? {}, json), vocab };
  if (type === 'Unigram') return { ...output, byte_fallback: json.byte_fallback ?? false };
  if (type === 'WordLevel') return { ...output, unk_token: json.unk_token ?? '<unk>' };
  return merges === undefined ? output : { ...output, merges };
}
