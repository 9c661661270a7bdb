import { addedTokenToJson, readAddedTokens, withNormalizedContent } from '../../added-tokens/added-token.js';
import { cleanUpDecoder } from '../../decoders/clean-up.js';
import type { Decoder } from '../../decoders/decoder.js';
import { chainDecoders } from '../../decoders/sequence.js';
import { abbreviateJson, failFile } from '../../errors.js';
import type { Model } from '../../models/model.js';
import { normalizeText } from '../../normalizers/normalizer.js';
import type { TokenizerParts } from '../../parts.js';
import { paddingFields, readPadding } from '../../post-processors/padding.js';
import type { PostProcessor, TemplateItem } from '../../post-processors/post-processor.js';
import { readTruncation, truncationFields } from '../../post-processors/truncation.js';
import { Tokenizer } from '../../tokenizer.js';
import { allComponents } from './all-components.js';
import { type ComponentRegistry, readComponent } from './components.js';
import { Fields } from './fields.js';
import { parseTokenizerJson } from './parse.js';
import { addConfiguredTokens, applyTokenizerConfig } from './tokenizer-config.js';

/** Further files of the checkpoint. */
export interface LoadOptions {
  /**
   * The content of `tokenizer_config.json`. It names special tokens, may ask for clean-up of spaces in decoding, and
   * for bos and eos tokens if `tokenizer.json` has no post-processor.
   */
  readonly config?: object | string;
  /**
   * The content of `special_tokens_map.json` of older checkpoints. It takes precedence over `config` unless that has
   * `added_tokens_decoder`, as in the reference.
   */
  readonly specialTokensMap?: object | string;
  /**
   * The `model_type` of the model's `config.json`. For Mistral and some others, the file is used as it is, whatever
   * class `config` names.
   */
  readonly modelType?: string;
}

/** Creates a tokenizer from the content of `tokenizer.json`, text or parsed. All component types are supported. */
export function tokenizerFromJson(json: object | string, options: LoadOptions = {}): Tokenizer {
  return loadTokenizer(json, allComponents, options);
}

/**
 * Creates a tokenizer with the given components only. Other components are not bundled, and a file that needs them is
 * an error.
 */
export function loadTokenizer(
  json: object | string,
  components: ComponentRegistry,
  options: LoadOptions = {},
): Tokenizer {
  const fileFields = new Fields(parseJsonText(json, 'tokenizer.json'), '');
  const version = fileFields.raw('version') ?? '1.0';
  if (version !== '1.0') failFile(`version is ${abbreviateJson(version)}; only "1.0" can be read`);
  const settings = settingsOf(options);
  const file = new Fields(applyTokenizerConfig(fileFields.all, settings, options.modelType), '');
  const maybe = <T>(name: string, read: (json: unknown) => T) => (file.has(name) ? read(file.raw(name)) : undefined);
  const model = readModel(file, components);
  const addedTokens = addConfiguredTokens(
    readAddedTokens(file.raw('added_tokens'), model.vocabulary),
    settings,
    model.vocabulary,
  );
  const idOf = (token: string) => addedTokens.find(added => added.content === token)?.id ?? model.vocabulary.id(token);
  const specialTokenIds: TokenizerParts['specialTokenIds'] = Object.fromEntries(
    ['bos', 'eos', 'pad', 'unk'].map(role => [role, specialTokenId(settings, `${role}_token`, idOf)]),
  );
  const decoder = maybe('decoder', json => readComponent('decoder', components.decoders, json, 'decoder'));
  const cleans = settings.has('clean_up_tokenization_spaces') && settings.boolean('clean_up_tokenization_spaces');
  const normalizer = maybe('normalizer', json =>
    readComponent('normalizer', components.normalizers, json, 'normalizer'),
  );
  return new Tokenizer({
    addedTokens: withNormalizedContent(addedTokens, normalizer && (text => normalizeText(text, normalizer))),
    normalizer,
    preTokenizer:
      maybe('pre_tokenizer', json => readComponent('pre_tokenizer', components.preTokenizers, json, 'pre_tokenizer')) ??
      [],
    model,
    postProcessor:
      maybe('post_processor', json =>
        readComponent('post_processor', components.postProcessors, json, 'post_processor'),
      ) ?? bosEosPostProcessor(settings, specialTokenIds),
    decoder: chainDecoders([decoder ?? joinWithSpaces, ...(cleans ? [cleanUpDecoder] : [])]),
    truncation: file.has('truncation') ? readTruncation(file.object('truncation', truncationFields)) : undefined,
    padding: file.has('padding') ? readPadding(file.object('padding', paddingFields)) : undefined,
    specialTokenIds,
    file: { ...withoutTables(file), added_tokens: addedTokens.map(addedTokenToJson) },
    components,
  });
}

/** The settings of the other files. */
function settingsOf({ config = {}, specialTokensMap = {} }: LoadOptions): Fields {
  const settings = new Fields(parseJsonText(config, 'tokenizer_config.json'), 'config');
  const older = new Fields(parseJsonText(specialTokensMap, 'special_tokens_map.json'), 'special_tokens_map.json');
  if (settings.has('added_tokens_decoder')) return settings;
  const names = ['bos_token', 'eos_token', 'pad_token', 'unk_token'].filter(name => older.has(name));
  return new Fields(
    { ...settings.all, ...Object.fromEntries(names.map(name => [name, older.raw(name)])) },
    settings.where,
  );
}

function parseJsonText(json: object | string, what: string): unknown {
  if (typeof json !== 'string') return json;
  try {
    return parseTokenizerJson(json.replace(/^\ufeff/, ''));
  } catch (error) {
    return failFile(`${what} is not JSON: ${(error as Error).message}`);
  }
}

/** The file without its two large tables, which the model stores in its own form. */
function withoutTables(file: Fields): { readonly [name: string]: unknown } {
  const names = ['truncation', 'padding', 'added_tokens', 'normalizer', 'pre_tokenizer', 'post_processor', 'decoder'];
  const { vocab, merges, ...model } = file.raw('model') as { readonly [name: string]: unknown };
  return {
    ...Object.fromEntries(names.map(name => [name, file.raw(name)])),
    model: { ...model, type: modelTypeOf(file) },
  };
}

/** Older files have no model type; their fields reveal it. */
function modelTypeOf(file: Fields): string {
  const model = file.object('model');
  if (model.has('type')) return model.string('type');
  if (model.has('merges')) return 'BPE';
  if (Array.isArray(model.raw('vocab'))) return 'Unigram';
  return model.has('continuing_subword_prefix') ? 'WordPiece' : 'WordLevel';
}

const readModel = (file: Fields, components: ComponentRegistry): Model =>
  readComponent('model', components.models, { ...(file.raw('model') as object), type: modelTypeOf(file) }, 'model');

/**
 * The id of a special token, which is given as a string or as an object with its content; undefined if there is none.
 */
function specialTokenId(
  settings: Fields,
  name: string,
  idOf: (token: string) => number | undefined,
): number | undefined {
  if (!settings.has(name)) return undefined;
  return idOf(typeof settings.raw(name) === 'string' ? settings.string(name) : settings.object(name).string('content'));
}

/** The bos and eos tokens that the configuration asks for. */
function bosEosPostProcessor(settings: Fields, { bos, eos }: TokenizerParts['specialTokenIds']): PostProcessor {
  const requestedIds = (name: string, id: number | undefined) =>
    id !== undefined && settings.has(name) && settings.boolean(name) ? [id] : [];
  const [before, after] = [requestedIds('add_bos_token', bos), requestedIds('add_eos_token', eos)];
  if (before.length + after.length === 0) return {};
  const items = (sequence: 0 | 1): TemplateItem[] => [
    { ids: before, typeId: sequence },
    { sequence, typeId: sequence },
    { ids: after, typeId: sequence },
  ];
  return { template: { single: items(0), pair: [...items(0), ...items(1)] }, alwaysSetsTypeIds: true };
}

/** Joins tokens by spaces, the default without a decoder. */
const joinWithSpaces: Decoder = emit => {
  let isFirst = true;
  return {
    push(text, ends) {
      emit(isFirst ? text : ` ${text}`, ends);
      isFirst = false;
    },
    finish: () => {},
  };
};
