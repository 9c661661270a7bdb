import type { AudioSource } from '@residual/families';
import { emptyScope, joined } from '@residual/layers';
import { ResidualError, showShape, tensor, tidy } from '@residual/tensor';
import type { LoadedModel } from '../loaded-model.js';
import { audioModelOf } from '../model-kind.js';
import { expectReadOptions, type ReadOptions, readBatches } from '../read-batches.js';
import type { LabelScore } from '../understand/classify.js';
import { rankedLabels } from '../understand/label-scores.js';
import { type Audio, type AudioInput, isFeatures, samplesOf } from './samples-of.js';
import { soundFeatures } from './sound-features.js';

/** The options of every method that reads sounds. */
export interface SoundOptions extends ReadOptions {
  /** How many recordings are read at once; default 8. */
  readonly batch?: number;
}

/** How many recordings are read at once if `batch` is absent. */
const soundsAtOnce = 8;

/** The labels of each recording, best first. Throws for a model without a head that classifies sounds. */
export async function classifySounds(
  model: LoadedModel,
  sounds: readonly AudioInput[],
  options: SoundOptions,
): Promise<readonly (readonly LabelScore[])[]> {
  model.check();
  const tasks = ['audio-classification'] as const;
  const { composition } = audioModelOf('classifySound', model, tasks);
  expectReadOptions('classifySound', options);
  if (sounds.length === 0) throw new ResidualError('prompt', 'classifySound: there are no recordings');
  const { batch = soundsAtOnce } = options;
  const framesOf = await soundReader(model, composition.source);
  const rows = await readBatches(model, [...sounds.keys()], { ...options, batch }, async indices => {
    const values: Float32Array[] = [];
    for (const i of indices) values.push(await framesOf(sounds[i]!, i));
    model.check(); // it may have been disposed meanwhile
    const { layer, weights } = audioModelOf('classifySound', model, tasks);
    const { frames, bins } = expectFrames(composition.source);
    return tidy(() => layer(weights, tensor(joined(Float32Array, values), [indices.length, frames, bins]), emptyScope));
  });
  return rows.map(row => rankedLabels(composition, row));
}

/** Gives the frames [frames, bins] of the recording with an index, as the checkpoint's preprocessor says. */
async function soundReader(
  model: LoadedModel,
  source: AudioSource,
): Promise<(sound: AudioInput, i: number) => Promise<Float32Array>> {
  const { frames, bins } = expectFrames(source);
  const features = await soundFeatures(model, 'ASTFeatureExtractor', { num_mel_bins: bins, max_length: frames });
  return async (sound, i) => {
    const { values, shape } = isFeatures(sound) ? sound : features.extract(await nonEmpty(sound, i));
    if (shape.length === 2 && shape[0] === frames && shape[1] === bins && values.length === frames * bins)
      return values;
    const what = isFeatures(sound) ? `features ${i} are` : 'the features of preprocessor_config.json are';
    throw new ResidualError(
      'prompt',
      `classifySound: ${what} ${showShape(shape)} of ${values.length} numbers; the model reads [${frames}, ${bins}]`,
    );
  };

  async function nonEmpty(sound: Float32Array | Audio, i: number): Promise<Float32Array> {
    const samples = await samplesOf('classifySound', sound, features.sampleRate, i);
    if (samples.length > 0) return samples;
    throw new ResidualError('prompt', `classifySound: recording ${i} has no samples`);
  }
}

/** The frames that a model reads. Throws for one that reads samples. */
function expectFrames(source: AudioSource) {
  if (source.kind === 'frames') return source;
  throw new ResidualError('kind', `classifySound: the model reads ${source.kind}; one that reads frames would fit`);
}
