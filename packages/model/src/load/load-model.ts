import {
  type ComposedLayer,
  type Composition,
  type Config,
  composeCheckpoint,
  type Family,
  findFamily,
  fromCheckpoint,
  type StoredArrays,
  updateConfigText,
} from '@residual/families';
import { type HasNeeds, load, type NamedArrays, type Weights, weightNeeds } from '@residual/layers';
import { canUnpack, type PackedForm, ResidualError, ready } from '@residual/tensor';
import { expectOpenOptions } from '../arguments.js';
import type { GenerationConfig } from '../generate/options.js';
import type { PrefixCacheOptions } from '../generate/prefix-cache.js';
import type { ModelParts } from '../loaded-model.js';
import { Model } from '../model.js';
import { type Checkpoint, openArrays, openCheckpoint, readConfig } from './checkpoint.js';
import { withoutQuantization } from './quantization-config.js';
import type { ModelFiles, OnBytes } from './sources/files.js';
import { filesOf, type ModelSource, type SourceOptions } from './sources/source.js';
import { formChooser, type WeightForms } from './weight-forms.js';

/** The options of `loadModel`. */
export interface LoadModelOptions extends SourceOptions {
  /** Called when bytes arrive and when weights are on the backend. */
  readonly onProgress?: (progress: LoadProgress) => void;
  /**
   * Your own families; they take precedence over those of `@residual/families`, each of which is loaded when a model
   * needs it.
   */
  readonly families?: readonly Family[];
  /** The layer of a checkpoint that a model of `asModel` saved, which no family describes. */
  readonly layer?: ComposedLayer;
  /** Replaces the checkpoint's `generation_config.json`, with the same names. */
  readonly generationConfig?: GenerationConfig;
  /** Unknown config fields that do not change the numbers, so that they are no error. */
  readonly ignoreConfig?: readonly string[];
  /**
   * How weight matrices are held: one form for all of them, or a function of the path in the tree and the role. If
   * absent, `as stored` for GGUF files and checkpoints with matrices in groups of 8 or 4 bits, else `f32`; types of
   * GGUF that no matrix has are decoded and rounded to `int8` then. On a backend that cannot read packed matrices
   * (WebGL 1) `f32` is always the default. Vectors and position tables are always float32, and
   * so are tables of a few columns under `int8` and `int4`.
   */
  readonly weights?: WeightForms;
  /**
   * Keeps the keys and values of the beginnings of prompts, such as a system prompt, in at most so many bytes: what a
   * later prompt shares with them, in steps of 64 tokens, is not computed again. What was used least recently goes
   * first. Texts stay the same. If absent, nothing is kept.
   */
  readonly prefixCache?: PrefixCacheOptions;
}

/** The progress of loading: bytes of a file that arrived, or weights that are on the backend. */
export type LoadProgress =
  | { readonly stage: 'bytes'; readonly file: string; readonly done: number; readonly total: number }
  | {
      readonly stage: 'weights';
      readonly done: number;
      readonly total: number;
      /** The types of the file that are rounded to `int8`, such as Q4_K; absent if all are held as they are. */
      readonly converted?: readonly string[];
    };

/**
 * The family, config and composition of a checkpoint, from its config alone; a parsed config works too. `formOf` is the
 * form in which `loadModel` would hold each matrix with these options, for `describe` of `@residual/layers`; only for
 * weights as stored the header of the file is read.
 */
export async function describeSource(
  source: ModelSource | Config,
  options: Omit<LoadModelOptions, 'onProgress'> = {},
): Promise<{
  family: Family;
  config: Config;
  composition: Composition;
  formOf: (path: string) => PackedForm | undefined;
}> {
  if (!isConfig(source)) return describeFiles(await filesOf(source, options), options);
  return describeOpened(await configOnly(source, options), options);
}

/** The same of the files of a source. */
export async function describeFiles(files: ModelFiles, options: Omit<LoadModelOptions, 'onProgress'>) {
  return describeOpened(await openConfig(headersOf(files), options), options);
}

/** The same files, of which only headers are read, so that a hub does not send them whole. */
function headersOf(files: ModelFiles): ModelFiles {
  return {
    origin: files.origin,
    gguf: files.gguf,
    text: (name, options) => files.text(name, options),
    bytes: (name, options) => files.bytes(name, { ...options, partly: true }),
  };
}

async function describeOpened(opened: OpenedConfig, options: Omit<LoadModelOptions, 'onProgress'>) {
  const { family, config, openArrays } = opened;
  const composition = family.compose(config, options);
  const forms = await formsOf(opened, composition, options);
  return { family, config, composition, formOf: (path: string) => forms.get(path), openArrays };
}

/** The form in which each matrix would be held; float32 ones are left out. */
async function formsOf(
  { layout, defaultWeights, openArrays }: OpenedConfig,
  { model }: Composition,
  { weights = defaultWeights, signal }: Pick<LoadModelOptions, 'weights' | 'signal'>,
): Promise<ReadonlyMap<string, PackedForm>> {
  const choose = formChooser('describeSource', weights);
  const forms = new Map<string, PackedForm>();
  let arrays: NamedArrays | undefined;
  for (const { path, need } of weightNeeds(model as HasNeeds<unknown>)) {
    let form = need.kind === 'matrix' ? choose(path, need) : 'f32';
    if (form === 'as stored') {
      arrays ??= fromCheckpoint(layout, model, await openArrays(signal, () => {}));
      form = arrays.sliceOf?.(path)?.rows.form ?? 'f32';
    }
    if (form !== 'f32') forms.set(path, form);
  }
  return forms;
}

/** What a parsed config alone says. */
async function configOnly(source: Config, options: LoadModelOptions): Promise<OpenedConfig> {
  const { config, form = 'f32' } = withoutQuantization(source);
  const family = await findFamily(config, options.families, options.layer);
  const refuse = (): never => {
    throw new ResidualError('files', 'describeSource: a config has no weights; as stored needs a file');
  };
  return { family, layout: family, config, defaultWeights: form, openArrays: refuse, openRest: refuse };
}

/** A config with its family and the family's names in the file; the rest of the checkpoint is opened on demand. */
interface OpenedConfig extends Pick<Checkpoint, 'defaultWeights' | 'openArrays'> {
  readonly family: Family;
  readonly layout: Family;
  readonly config: Config;
  readonly openRest: () => Promise<Checkpoint>;
}

/** Reads the config of a source, from its `config.json` or from the metadata of its GGUF file. */
async function openConfig(files: ModelFiles, options: LoadModelOptions, onBytes?: OnBytes): Promise<OpenedConfig> {
  const { signal, ignoreConfig, weights } = options;
  if (files.gguf !== undefined) {
    if (options.layer) {
      const text = 'loadModel: a GGUF file names its own family; a layer opens the files of a model of asModel';
      throw new ResidualError('option', text);
    }
    const { openGgufCheckpoint } = await import('./gguf/gguf-checkpoint.js'); // not every page needs it
    const settings = { families: options.families, ignoreConfig, convert: weights === undefined, signal, onBytes };
    const { checkpoint, ...opened } = await openGgufCheckpoint(files, files.gguf, settings);
    const { defaultWeights, openArrays } = checkpoint;
    return { ...opened, defaultWeights, openArrays, openRest: async () => checkpoint };
  }
  const unquantized = await readConfig(files, signal);
  const { config, form } = unquantized;
  const family = await findFamily(config, options.families, options.layer);
  return {
    family,
    layout: family,
    config,
    defaultWeights: form ? 'as stored' : 'f32',
    openArrays: (signal, onBytes) => openArrays(files, signal, onBytes),
    openRest: () => openCheckpoint(files, unquantized, signal),
  };
}

function isConfig(source: ModelSource | Config): source is Config {
  return typeof source === 'object' && ('model_type' in source || 'architectures' in source);
}

/**
 * Loads a published checkpoint as it is: from a folder (Node), a base URL, a Hugging Face id, files, or a GGUF file.
 * The caller disposes the model. Throws if a file is missing or invalid, or if the config is not supported.
 */
export async function loadModel(source: ModelSource, options: LoadModelOptions = {}): Promise<Model> {
  expectOpenOptions('loadModel', options, { generationConfig: 0, weights: 0, layer: 0, prefixCache: 0 });
  const { signal, onProgress, prefixCache } = options;
  const makePrefixCache =
    prefixCache && (await import('../generate/prefix-cache.js')).prefixCacheMaker('loadModel', prefixCache);
  if (options.weights !== undefined) formChooser('loadModel', options.weights); // an error before anything is read
  await ready();
  const opened = await openModel(source, options);
  const { family, layout, config, composition, checkpoint, openArrays, onBytes, converted } = opened;
  const defaultWeights = canUnpack() ? opened.defaultWeights : 'f32';
  const formOf = formChooser('loadModel', options.weights ?? defaultWeights);
  const generationConfig = options.generationConfig ?? checkpoint.generationConfig;

  const readWeights = async (stored: StoredArrays, signal: AbortSignal | undefined) => {
    const arrays = fromCheckpoint(layout, composition.model, stored);
    const onWeight = (done: number, total: number) =>
      onProgress?.({ stage: 'weights', done, total, ...(converted && { converted }) });
    const layer: HasNeeds<unknown> = composition.model;
    const settings = { ...(signal && { signal }), onProgress: onWeight, formOf };
    return (await load(layer, arrays, settings)) as Weights<Composition['model']>;
  };

  const weights = await readWeights(opened.arrays, signal);
  const voice =
    checkpoint.texts['voice.json'] === undefined
      ? undefined
      : await (await import('./voice-parts.js')).loadVoiceParts(opened, weights, { ...options, loadModel });
  const reload: ModelParts['reload'] = async signal => readWeights(await openArrays(signal, onBytes), signal);
  const made = { family, config, composition, weights, generationConfig, makePrefixCache, voice, reload };
  return new Model({ ...checkpoint, ...made });
}

/** The fields of a checkpoint that are not kept with the model. */
type OpeningField = 'openArrays' | 'defaultWeights' | 'converted' | 'tokenizerMetadata';

/** What is known of a checkpoint before its weights are read. */
export interface OpenedModel extends Pick<Checkpoint, OpeningField> {
  readonly family: Family;
  /** The family with the tensor names of the file, which are others in a GGUF file. */
  readonly layout: Family;
  readonly config: Config;
  readonly composition: Composition;
  /** The other files; `config.json` says what the file itself showed. */
  readonly checkpoint: Omit<Checkpoint, OpeningField>;
  /** The arrays of the open file. */
  readonly arrays: StoredArrays;
  readonly files: ModelFiles;
  readonly onBytes: OnBytes;
}

/** Reads the small files of a checkpoint and the headers of its weights, and composes its model. */
export async function openModel(source: ModelSource, options: LoadModelOptions): Promise<OpenedModel> {
  const { signal, onProgress, ignoreConfig } = options;
  signal?.throwIfAborted();
  const files = await filesOf(source, options);
  const onBytes: OnBytes = (file, done, total) => onProgress?.({ stage: 'bytes', file, done, total });
  const { family, layout, config: fileConfig, openRest } = await openConfig(files, options, onBytes);
  const { openArrays, defaultWeights, converted, tokenizerMetadata, ...checkpoint } = await openRest();
  const { texts } = checkpoint;
  const arrays = await openArrays(signal, onBytes);
  const composeOptions = { ...(ignoreConfig && { ignoreConfig }), ...(signal && { signal }) };
  const composed = await composeCheckpoint(layout, fileConfig, arrays, composeOptions);
  const { composition, config, changes } = composed;
  if (Object.keys(changes).length > 0) texts['config.json'] = updateConfigText(texts['config.json']!, changes);
  const opening = { openArrays, defaultWeights, converted, tokenizerMetadata };
  return { family, layout, config, composition, checkpoint, ...opening, arrays, files, onBytes };
}
