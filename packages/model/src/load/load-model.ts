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
import { expectOptions, isPackedForm, type MatrixForm, ResidualError, ready } from '@residual/tensor';
import { expectFunction, expectSignal } from '../arguments.js';
import type { GenerationConfig } from '../generate/options.js';
import type { ModelParts } from '../loaded-model.js';
import { Model } from '../model.js';
import { openCheckpoint, readConfig } from './checkpoint.js';
import type { OnBytes } from './sources/files.js';
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

/**
 * A form of weights in memory: float32, one of the packed forms, or `as stored`: the form of the file, `f16` for F16 and
 * `f32` for F32.
 */
export type WeightForm = MatrixForm | 'as stored';

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
  const { openArrays, ...checkpoint } = await openCheckpoint(files, fileConfig, signal);
  const { texts } = checkpoint;
  const generationConfig = options.generationConfig ?? checkpoint.generationConfig;
  const first = await openArrays(signal, onBytes);
  const { ignoreConfig } = options;
  const composeOptions = { ...(ignoreConfig && { ignoreConfig }), ...(signal && { signal }) };
  const { composition, config, changes } = await composeCheckpoint(family, fileConfig, first, composeOptions);
  if (Object.keys(changes).length > 0) texts['config.json'] = updateConfigText(texts['config.json']!, changes);

  const readWeights = async (stored: StoredArrays, signal: AbortSignal | undefined) => {
    const arrays = fromCheckpoint(family, composition.model, stored);
    const onWeight = (done: number, total: number) => onProgress?.({ stage: 'weights', done, total });
    const layer: HasNeeds<unknown> = composition.model;
    const settings = { ...(signal && { signal }), onProgress: onWeight, formOf };
    return (await load(layer, arrays, settings)) as Weights<Composition['model']>;
  };

  const weights = await readWeights(first, signal);
  const reload: ModelParts['reload'] = async signal => readWeights(await openArrays(signal, onBytes), signal);
  return new Model({ ...checkpoint, family, config, composition, weights, generationConfig, reload });
}

/** The form of each matrix, from the option `weights`. */
function formChooser(weights: LoadModelOptions['weights'] = 'f32'): (path: string, need: MatrixNeed) => WeightForm {
  const expectForm = (form: unknown, where: string): WeightForm => {
    if (form === 'f32' || form === 'as stored' || isPackedForm(form)) return form;
    const message = `weights${where} is ${JSON.stringify(form)}; f32, f16, bf16, int8, int4 or as stored would fit`;
    throw new ResidualError('option', `loadModel: ${message}`);
  };
  const choose = typeof weights === 'function' ? weights : () => weights;
  if (typeof weights !== 'function') expectForm(weights, '');
  return (path, { role }) => (role === 'position' ? 'f32' : expectForm(choose(path, role), ` of ${path}`));
}
