import { type AddedToken, readFlags } from '../../added-tokens/added-token.js';
import { failFile } from '../../errors.js';
import type { Vocabulary } from '../../models/vocabulary.js';
import { Fields, type Json } from './fields.js';

/**
 * Classes for which the reference rebuilds the BERT normalizer or a byte-level pre-tokenizer from the configuration.
 */
const rebuiltComponents = { BertNormalizer: ['Bert', 'DistilBert'], ByteLevel: ['GPT2', 'Roberta'] } as const;

/** Model types for which the reference uses the file as it is, whatever class the configuration names. */
const modelTypesReadAsIs = [
  'mistral',
  'mixtral',
  'ministral',
  'mistral3',
  'phi3',
  'internlm2',
  'olmo2',
  'stablelm',
  'granite',
];

/**
 * A `tokenizer.json` with the settings that the reference applies from `tokenizer_config.json`: `do_lower_case`,
 * `strip_accents` and `tokenize_chinese_chars` for BERT's tokenizers, `add_prefix_space` for GPT-2 and RoBERTa, and
 * `legacy` and `add_prefix_space` for Llama's, which the reference rebuilds from vocabulary and merges. Other classes
 * use the file as it is.
 */
export function applyTokenizerConfig(json: Json, settings: Fields, modelType?: string): Json {
  if (modelType !== undefined && modelTypesReadAsIs.includes(modelType)) return json;
  const name = settings.raw('tokenizer_class');
  const family = typeof name === 'string' ? name.replace(/Tokenizer(Fast)?$/, '') : '';
  const withOverrides = (
    component: unknown,
    type: keyof typeof rebuiltComponents,
    names: Readonly<Record<string, string>>,
  ): unknown => {
    const isOfConfig = (rebuiltComponents[type] as readonly string[]).includes(family);
    if (!isOfConfig || (component as Json | undefined)?.type !== type) return component;
    const overrides = Object.entries(names).filter(([from]) => settings.has(from));
    return {
      ...(component as Json),
      ...Object.fromEntries(overrides.map(([from, to]) => [to, settings.boolean(from)])),
    };
  };
  if (family === 'Llama' || family === 'CodeLlama') return rebuildLlama(json, settings, family === 'Llama');
  const bert = {
    do_lower_case: 'lowercase',
    strip_accents: 'strip_accents',
    tokenize_chinese_chars: 'handle_chinese_chars',
  };
  return {
    ...json,
    normalizer: withOverrides(json.normalizer, 'BertNormalizer', bert),
    pre_tokenizer: withOverrides(json.pre_tokenizer, 'ByteLevel', { add_prefix_space: 'add_prefix_space' }),
  };
}

/**
 * Llama's classes keep only the vocabulary, the merges and the post-processor of a file. Byte-level files belong to
 * other models and stay as they are.
 */
function rebuildLlama(json: Json, settings: Fields, isLlama: boolean): Json {
  const model = json.model as Json | undefined;
  const isPieces = model?.byte_fallback === true && model.merges !== undefined && !isByteLevel(json.pre_tokenizer);
  if (!isPieces) return json;
  const addsSpace = settings.boolean('add_prefix_space', true);
  const always = isLlama && settings.boolean('legacy', false);
  const steps = [
    { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
    { type: 'ByteFallback' },
    { type: 'Fuse' },
  ];
  return {
    ...json,
    normalizer: null,
    pre_tokenizer: {
      type: 'Metaspace',
      replacement: '▁',
      prepend_scheme: addsSpace ? (always ? 'always' : 'first') : 'never',
      split: false,
    },
    decoder: {
      type: 'Sequence',
      decoders: addsSpace || !isLlama ? [...steps, { type: 'Strip', content: ' ', start: 1, stop: 0 }] : steps,
    },
    model: { ...model, fuse_unk: true, dropout: null, ignore_merges: false, ...(isLlama && { unk_token: null }) },
  };
}

function isByteLevel(component: unknown): boolean {
  const { type, pretokenizers } = (component ?? {}) as Json;
  return type === 'ByteLevel' || (Array.isArray(pretokenizers) && pretokenizers.some(isByteLevel));
}

/**
 * The added tokens of a file and those of `added_tokens_decoder`, `additional_special_tokens` and
 * `extra_special_tokens` of the configuration. As in the reference, the flags of the configuration take precedence, and
 * tokens without an id follow all others. It is an error if the configuration gives a token another id than the file.
 */
export function addConfiguredTokens(
  tokens: readonly AddedToken[],
  settings: Fields,
  vocabulary: Vocabulary,
): readonly AddedToken[] {
  const added = new Map(tokens.map(token => [token.content, token]));
  let next = tokens.reduce((most, { id }) => Math.max(most, id + 1), vocabulary.size);
  const plain = { singleWord: false, lstrip: false, rstrip: false, normalized: false, special: true };
  const add = (content: string, flags: Omit<AddedToken, 'id' | 'content'>) => {
    const id = added.get(content)?.id ?? vocabulary.id(content) ?? next++;
    added.set(content, { ...flags, id, content });
    return id;
  };
  if (settings.has('added_tokens_decoder')) {
    const decoder = settings.object('added_tokens_decoder');
    for (const key of Object.keys(settings.raw('added_tokens_decoder') as object)) {
      const fields = decoder.object(key);
      const content = fields.string('content');
      const id = add(content, readFlags(fields));
      if (String(id) !== key)
        failFile(`tokenizer_config.json gives "${content}" the id ${key}, in tokenizer.json it has ${id}`);
    }
  }
  for (const name of ['additional_special_tokens', 'extra_special_tokens']) {
    if (!Array.isArray(settings.raw(name))) continue;
    for (const [index, token] of settings.array(name).entries()) {
      const content =
        typeof token === 'string' ? token : new Fields(token, `${settings.path(name)}[${index}]`).string('content');
      if (!added.has(content)) add(content, plain);
    }
  }
  return [...added.values()];
}
