import { ResidualError, showValue } from '@residual/tensor';
import type { Pooling } from './pooling.js';

/** What the files of a sentence embedder (the layout of sentence-transformers) say about `embed`. */
export interface SentenceSettings {
  readonly pooling: Pooling;
  /** Whether vectors are scaled to length 1. */
  readonly normalize: boolean;
  /** Longer texts are cut to so many tokens; undefined if the files do not say it. */
  readonly maxTokens: number | undefined;
  /** Texts that go before a text, by their name, such as `query`. */
  readonly prompts: Readonly<Record<string, string>>;
  /** The name of the one that is used if nothing else is asked for. */
  readonly defaultPrompt: string | undefined;
  /** Whether the tokens of a prompt count for the pooling. */
  readonly includePrompt: boolean;
}

/** The files beside `modules.json` that say how texts are embedded. */
export const sentenceFiles = [
  'modules.json',
  'sentence_bert_config.json',
  'config_sentence_transformers.json',
] as const;

/** The file with the settings of the pooling that `modules.json` names; undefined if it names none. */
export function poolingFile(modules: unknown): string | undefined {
  const path = modulesOf(modules).find(({ type }) => type === 'Pooling')?.path;
  return path === undefined ? undefined : `${path === '' ? '' : `${path}/`}config.json`;
}

/**
 * The settings in the parsed files of a checkpoint, by name; undefined without `modules.json`. Errors with code
 * `config` for a module or a pooling that is not known.
 */
export function sentenceSettings(files: Readonly<Record<string, unknown>>): SentenceSettings | undefined {
  if (files['modules.json'] === undefined) return undefined;
  const modules = modulesOf(files['modules.json']);
  const unknown = modules.find(({ type }) => !['Transformer', 'Pooling', 'Normalize'].includes(type));
  if (unknown) refuse('modules.json', unknown.type, 'Transformer, Pooling and Normalize');
  const name = poolingFile(files['modules.json']);
  const pooling = fieldsOf(name === undefined ? undefined : files[name]);
  const texts = fieldsOf(files['config_sentence_transformers.json']);
  const prompts = fieldsOf(texts.prompts);
  for (const [key, prompt] of Object.entries(prompts))
    if (typeof prompt !== 'string') refuse(`prompt ${key}`, prompt, 'a text');
  const defaultPrompt = texts.default_prompt_name ?? undefined;
  if (defaultPrompt !== undefined && !(typeof defaultPrompt === 'string' && Object.hasOwn(prompts, defaultPrompt)))
    refuse('default_prompt_name', defaultPrompt, `one of ${Object.keys(prompts).join(', ')}`);
  const { max_seq_length: maxTokens } = fieldsOf(files['sentence_bert_config.json']);
  if (maxTokens !== undefined && maxTokens !== null && !(Number.isInteger(maxTokens) && (maxTokens as number) > 2))
    refuse('max_seq_length', maxTokens, 'a whole number above 2');
  return {
    pooling: name === undefined ? 'mean' : poolingOf(pooling),
    normalize: modules.some(({ type }) => type === 'Normalize'),
    maxTokens: (maxTokens as number | null | undefined) ?? undefined,
    prompts: prompts as Readonly<Record<string, string>>,
    defaultPrompt: defaultPrompt as string | undefined,
    includePrompt: pooling.include_prompt !== false,
  };
}

/** The names of the ways to pool in files. */
const poolingFields: Readonly<Record<string, Pooling>> = {
  pooling_mode_cls_token: 'cls',
  pooling_mode_mean_tokens: 'mean',
  pooling_mode_max_tokens: 'max',
  pooling_mode_mean_sqrt_len_tokens: 'meanSqrtLength',
  pooling_mode_weightedmean_tokens: 'weightedMean',
  pooling_mode_lasttoken: 'last',
};

function poolingOf(fields: Readonly<Record<string, unknown>>): Pooling {
  const { pooling_mode: named } = fields;
  const chosen =
    named === undefined
      ? Object.keys(poolingFields).filter(field => fields[field] === true)
      : Object.keys(poolingFields).filter(field => field.replace(/^pooling_mode_|_tokens?$/g, '') === named);
  if (chosen.length === 1) return poolingFields[chosen[0]!]!;
  return refuse('the pooling', named ?? chosen, `one of ${Object.keys(poolingFields).join(', ')}`);
}

/** The modules: the last part of their type, and their folder. */
function modulesOf(value: unknown): { readonly type: string; readonly path: string }[] {
  if (!Array.isArray(value)) return refuse('modules.json', value, 'a list');
  return value.map(each => {
    const { type, path = '' } = fieldsOf(each);
    if (typeof type !== 'string' || typeof path !== 'string' || !/^[\w-]*$/.test(path))
      return refuse('modules.json', each, 'a list of types and folders');
    return { type: type.split('.').at(-1)!, path };
  });
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function refuse(what: string, value: unknown, expected: string): never {
  throw new ResidualError('config', `embed: ${what} is ${showValue(value)}; ${expected} would fit`);
}
