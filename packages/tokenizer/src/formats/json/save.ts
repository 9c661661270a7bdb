import { addedTokenToJson, readFlags } from '../../added-tokens/added-token.js';
import { failFile } from '../../errors.js';
import { pairsIn } from '../../models/bpe/pair-table.js';
import type { Model } from '../../models/model.js';
import { tokensById } from '../../models/vocabulary.js';
import { paddingFields } from '../../post-processors/padding.js';
import { truncationFields } from '../../post-processors/truncation.js';
import type { Tokenizer } from '../../tokenizer.js';
import { type Component, type ComponentRegistry, componentToJson, valuesOf } from './components.js';
import { Fields, type Json } from './fields.js';
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
  const { file: source, components, model } = tokenizer.parts;
  if (tokenizer.target)
    failFile('a tokenizer with a separate one for translations cannot be saved; tokenizer.json holds one');
  const file =
    typeof source === 'function' ? source() : source && components && completeFile(source, model, components);
  if (!file) return failFile('a tokenizer made of custom parts cannot be saved; no tokenizer.json describes it');
  const output = {
    version: '1.0',
    truncation: file.truncation == null ? null : allFields(file.truncation, truncationFields),
    padding: file.padding == null ? null : allFields(file.padding, paddingFields),
    added_tokens: addedTokensToJson((file.added_tokens ?? []) as readonly Json[]),
    normalizer: file.normalizer ?? null,
    pre_tokenizer: file.pre_tokenizer ?? null,
    post_processor: file.post_processor ?? null,
    decoder: file.decoder ?? null,
    model: file.model,
  };
  return writeJson(output, pretty ? '  ' : '');
}

const allFields = (json: unknown, fields: Json) => valuesOf(new Fields(json, '', fields), Object.keys(fields));

/** A file with all fields of its components, and with the tables that the model holds. */
function completeFile(file: Json, model: Model, components: ComponentRegistry): Json {
  const component = <T>(kind: string, list: readonly Component<T>[]) =>
    file[kind] == null ? null : componentToJson(kind, list, file[kind]);
  return {
    ...file,
    normalizer: component('normalizer', components.normalizers),
    pre_tokenizer: component('pre_tokenizer', components.preTokenizers),
    post_processor: component('post_processor', components.postProcessors),
    decoder: component('decoder', components.decoders),
    model: componentToJson('model', components.models, withTables(file.model as Json, model)),
  };
}

/** The added tokens with all flags, in the order of their ids. */
const addedTokensToJson = (tokens: readonly Json[]): Json[] =>
  tokens
    .map(token => new Fields(token, 'added_tokens'))
    .map(fields => ({ id: fields.count('id'), content: fields.string('content'), ...readFlags(fields) }))
    .sort((a, b) => a.id - b.id)
    .map(addedTokenToJson);

/** The JSON of a model with the tables that the model holds. */
function withTables(json: Json, { vocabulary, merges, scores }: Model): Json {
  const tokens = tokensById(vocabulary);
  if (scores) return { ...json, vocab: tokens.map(([token, id]) => [token, scores[id]!]) };
  if (!merges) return { ...json, vocab: new Map(tokens) };
  const name = (id: number) => vocabulary.token(id)!;
  const ranked = [...pairsIn(merges)].sort(([, , a], [, , b]) => a - b);
  return { ...json, vocab: new Map(tokens), merges: ranked.map(([left, right]) => [name(left), name(right)]) };
}
