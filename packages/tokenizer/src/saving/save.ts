import { failFile } from '../errors.js';
import type { Model } from '../models/model.js';
import type { Tokenizer } from '../tokenizer.js';
import { type Json, withDefaults, writtenComponent } from './components.js';
import { writeJson } from './write-json.js';

/** How a tokenizer is written. */
export interface SaveOptions {
  /** Whether to write a line for each entry, as the reference does when asked to. Default false: everything on one line. */
  readonly pretty?: boolean;
}

/**
 * The text of the `tokenizer.json` of a tokenizer, as the reference library writes it: all fields are there, defaults too,
 * in its order. What `tokenizer_config.json` said is not part of it and stays in that file.
 */
export function saveTokenizer(tokenizer: Tokenizer, { pretty = false }: SaveOptions = {}): string {
  const { file, model } = tokenizer.parts;
  if (!file) return failFile('it was not made of a tokenizer.json, which alone can be saved');
  const component = (kind: Parameters<typeof writtenComponent>[0]) =>
    file[kind] == null ? null : writtenComponent(kind, file[kind] as Json);
  const written = {
    version: '1.0',
    truncation: file.truncation == null ? null : withDefaults(truncation, file.truncation as Json),
    padding: file.padding == null ? null : withDefaults(padding, file.padding as Json),
    added_tokens: writtenAddedTokens((file.added_tokens ?? []) as readonly Json[]),
    normalizer: component('normalizer'),
    pre_tokenizer: component('pre_tokenizer'),
    post_processor: component('post_processor'),
    decoder: component('decoder'),
    model: writtenModel(file.model as Json, model),
  };
  return writeJson(written, pretty ? '  ' : '');
}

const truncation: Json = { direction: 'Right', max_length: undefined, strategy: 'LongestFirst', stride: 0 };
const padding: Json = {
  strategy: undefined,
  direction: 'Right',
  pad_to_multiple_of: null,
  pad_id: 0,
  pad_type_id: 0,
  pad_token: '[PAD]',
};

function writtenAddedTokens(tokens: readonly Json[]): Json[] {
  const flags = { single_word: false, lstrip: false, rstrip: false };
  const written = tokens.map(token => ({
    ...withDefaults({ id: undefined, content: undefined, ...flags }, token),
    normalized: token.normalized ?? !(token.special ?? false),
    special: token.special ?? false,
  }));
  return written.sort((a, b) => Number((a as Json).id) - Number((b as Json).id));
}

/** Settings of models, with what the reference writes where a file says nothing. */
const settings: { readonly [type: string]: Json } = {
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

function writtenModel(json: Json, model: Model): Json {
  const type = String(json.type);
  const written = { type, ...withDefaults(settings[type] ?? {}, json) };
  const { vocabulary, merges, scores } = model;
  const tokens = [...vocabulary.entries()].sort(([, a], [, b]) => a - b);
  if (scores) {
    const vocab = tokens.map(([token, id]) => [token, scores[id]!]);
    return { ...written, vocab, byte_fallback: json.byte_fallback ?? false };
  }
  const vocab = new Map(tokens);
  if (type === 'WordLevel') return { ...written, vocab, unk_token: json.unk_token ?? '<unk>' };
  if (!merges) return { ...written, vocab };
  const name = (id: number) => vocabulary.token(id)!;
  const ranked = [...merges.entries()].sort(([, , a], [, , b]) => a - b);
  return { ...written, vocab, merges: ranked.map(([left, right]) => [name(left), name(right)]) };
}
