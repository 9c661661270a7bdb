import {
  type Composition,
  type Config,
  composeCheckpoint,
  type Family,
  families,
  familyOf,
  fromCheckpoint,
  type StoredArrays,
  updateConfigText,
} from '@residual/families';
import { type HasNeeds, load, type MatrixNeed, type Role, type Weights } from '@residual/layers';
import { openSafetensors, openSharded, type Safetensors } from '@residual/safetensors';
import { expectOptions, isPackedForm, type PackedForm, ResidualError, ready } from '@residual/tensor';
import { expectFunction, expectSignal } from '../arguments.js';
import type { GenerationConfig } from '../generate/options.js';
import type { ModelParts } from '../loaded-model.js';
import { Model } from '../model.js';
import { checkpointTokenizer } from './checkpoint-tokenizer.js';
import type { ModelFiles, OnBytes } from './sources/files.js';
import { filesOf, type ModelSource, type SourceOptions } from './sources/source.js';

/** The options of `loadModel`. */
export interface LoadModelOptions extends SourceOptions {
  /** Called when bytes arrive and when weights are on the backend. */
  readonly onProgress?: (progress: LoadProgress) => void;
  /** Your own families; they take precedence over those of `@residual/families`. */
  readonly families?: readonly Family[];
  /** Replaces the checkpoint's `generation_config.json`, with the same names. */
  readonly generationConfig?: GenerationConfig;
  /** Unknown config fields that do not change the numbers, so that they are no error. */
  readonly ignoreConfig?: readonly string[];
  /**
   * How weight matrices are held: one form for all of them, or a function of the path in the tree and the role. `f32`
   * if absent. Vectors and position tables are always float32.
   */
  readonly weights?: WeightForm | ((path: string, role: Role) => WeightForm);
}

/** A form of weights in memory: float32, or one of the packed forms. */
export type WeightForm = 'f32' | PackedForm;

/** The progress of loading: bytes of a file that arrived, or weights that are on the backend. */
export type LoadProgress =
  | { readonly stage: 'bytes'; readonly file: string; readonly done: number; readonly total: number }
  | { readonly stage: 'weights'; readonly done: number; readonly total: number };

/** The family, config and composition of a checkpoint, from its config alone; a parsed config works too. */
export async function describeSource(
  source: ModelSource | Config,
  options: Omit<LoadModelOptions, 'onProgress'> = {},
): Promise<{ family: Family; config: Config; composition: Composition }> {
  const config = isConfig(source) ? source : await readConfig(await filesOf(source, options), options.signal);
  const family = familyOf(config, [...(options.families ?? []), ...families]);
  return { family, config, composition: family.compose(config, options) };
}

function isConfig(source: ModelSource | Config): source is Config {
  return typeof source === 'object' && ('model_type' in source || 'architectures' in source);
}

/**
 * Loads a published checkpoint as it is: from a folder (Node), a base URL, a Hugging Face id, or files. The caller
 * disposes the model. Throws if a file is missing or invalid, or if the config is not supported.
 */
export async function loadModel(source: ModelSource, options: LoadModelOptions = {}): Promise<Model> {
  expectOptions('loadModel', options, {
    hub: 0,
    fetch: 0,
    allowRedirects: 0,
    signal: 0,
    onProgress: 0,
    families: 0,
    generationConfig: 0,
    ignoreConfig: 0,
    weights: 0,
  });
  const { signal, onProgress } = options;
  expectSignal('loadModel', signal);
  expectFunction('loadModel', 'onProgress', onProgress);
  const formOf = formChooser(options.weights);
  await ready();
  signal?.throwIfAborted();
  const files = await filesOf(source, options);
  const onBytes: OnBytes = (file, done, total) => onProgress?.({ stage: 'bytes', file, done, total });
  const { family, config: fileConfig } = await describeSource(files, options);
  const texts = await readTexts(files, signal);
  const { tokenizer, tokenizerFiles } = await checkpointTokenizer(files, texts, {
    modelType: fileConfig.model_type,
    config: parse(files, 'tokenizer_config.json', texts['tokenizer_config.json']),
    specialTokensMap: parse(files, 'special_tokens_map.json', texts['special_tokens_map.json']),
    signal,
  });
  const generationConfig =
    options.generationConfig ?? parse(files, 'generation_config.json', texts['generation_config.json']) ?? {};
  const first = await openWeights(files, signal, onBytes);
  const { ignoreConfig } = options;
  const composeOptions = { ...(ignoreConfig && { ignoreConfig }), ...(signal && { signal }) };
  const { composition, config, changes } = await composeCheckpoint(family, fileConfig, arraysOf(first), composeOptions);
  if (Object.keys(changes).length > 0) texts['config.json'] = updateConfigText(texts['config.json']!, changes);
  const readWeights = async (stored: Safetensors, signal: AbortSignal | undefined) => {
    const arrays = fromCheckpoint(family, composition.model, arraysOf(stored));
    const fileOrder = new Map([...stored.tensors.keys()].map((name, index) => [name, index]));
    const fileIndex = (path: string) => fileOrder.get(arrays.sourceName?.(path) ?? path) ?? 0;
    const names = [...arrays.names].sort((a, b) => fileIndex(a) - fileIndex(b)); // each byte is read once
    const onWeight = (done: number, total: number) => onProgress?.({ stage: 'weights', done, total });
    const layer: HasNeeds<unknown> = composition.model;
    const settings = { ...(signal && { signal }), onProgress: onWeight, formOf };
    return (await load(layer, { ...arrays, names }, settings)) as Weights<Composition['model']>;
  };
  const weights = await readWeights(first, signal);
  const reload: ModelParts['reload'] = async signal => readWeights(await openWeights(files, signal, onBytes), signal);
  const parts = { family, config, composition, weights, tokenizer, tokenizerFiles, generationConfig, texts };
  return new Model({ ...parts, reload });
}

/** The form of each matrix, from the option `weights`. */
function formChooser(
  weights: LoadModelOptions['weights'] = 'f32',
): (path: string, need: MatrixNeed) => PackedForm | undefined {
  const expectForm = (form: unknown, where: string): PackedForm | undefined => {
    if (form === 'f32') return undefined;
    if (isPackedForm(form)) return form;
    const message = `weights${where} is ${JSON.stringify(form)}; f32, f16, bf16, int8 or int4 would fit`;
    throw new ResidualError('option', `loadModel: ${message}`);
  };
  const choose = typeof weights === 'function' ? weights : () => weights;
  if (typeof weights !== 'function') expectForm(weights, '');
  return (path, { role }) => (role === 'position' ? undefined : expectForm(choose(path, role), ` of ${path}`));
}

/** The tensors of an open file as float32; boolean masks of older files are converted. */
function arraysOf(stored: Safetensors): StoredArrays {
  return {
    names: stored.tensors.keys(),
    shapeOf: name => stored.tensors.get(name)?.shape,
    readFloat32: async (name, options) => {
      const isMask = ['BOOL', 'U8'].includes(stored.tensors.get(name)?.dtype ?? '');
      return isMask
        ? Float32Array.from((await stored.read(name, options)).data as Uint8Array)
        : (await stored.readFloat32(name, options)).data;
    },
  };
}

/** Opens `model.safetensors`, or the shards of its index. */
async function openWeights(files: ModelFiles, signal: AbortSignal | undefined, onBytes: OnBytes): Promise<Safetensors> {
  const whole = await files.bytes('model.safetensors', { signal, onBytes });
  if (whole) return openSafetensors(whole, { signal });
  const index = await files.text('model.safetensors.index.json', { signal });
  if (index === undefined) {
    throw new ResidualError(
      'files',
      `loadModel: ${files.origin} has neither model.safetensors nor model.safetensors.index.json; ` +
        'other weight formats are not read',
    );
  }
  return openSharded(
    index,
    async name => {
      const shard = await files.bytes(name, { signal, onBytes });
      if (!shard) throw new ResidualError('files', `loadModel: ${files.origin} has no ${name}, which its index names`);
      return shard;
    },
    { signal },
  );
}

async function readConfig(files: ModelFiles, signal: AbortSignal | undefined): Promise<Config> {
  const config = parse(files, 'config.json', await files.text('config.json', { signal }));
  if (config) return config;
  throw new ResidualError('files', `loadModel: ${files.origin} has no config.json`);
}

/** The text files of a checkpoint that are read, and saved again. */
const textFiles = [
  'config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'chat_template.jinja',
  'generation_config.json',
];

async function readTexts(files: ModelFiles, signal: AbortSignal | undefined): Promise<Record<string, string>> {
  const texts = await Promise.all(textFiles.map(async name => [name, await files.text(name, { signal })] as const));
  return Object.fromEntries(texts.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Parses a JSON file; undefined without a text. Throws if it is not an object. */
function parse(files: ModelFiles, name: string, text: string | undefined): Config | undefined {
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ResidualError('files', `loadModel: ${name} of ${files.origin} is not JSON: ${(cause as Error).message}`, {
      cause,
    });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Config;
  throw new ResidualError('files', `loadModel: ${name} of ${files.origin} is not an object`);
}
