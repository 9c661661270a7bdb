import { ResidualError } from '@residual/base';
import { type Config, keywordConfig, keywordTransformer } from '@residual/families';
import { countParameters, save, type Weights } from '@residual/layers';
import { loadModel } from '@residual/model';
import { dispose, tensor, tidy } from '@residual/tensor';
import { type Objective, type Training, type TrainingEvent, tokenLoss } from '@residual/train';
import type { FormName } from '../../runtime/model.js';
import { grouped, percent } from '../../terminal/format.js';
import { print } from '../../terminal/output.js';
import type { RunSettings } from '../options.js';
import { runTraining } from '../run.js';
import type { RunContext } from '../start.js';
import { bins, type FeatureScale, featureScale, frames, type KeywordBatch, keywordBatches } from './batches.js';
import { keywordCard } from './card.js';
import { type KeywordResult, keywordTable, testKeywords } from './evaluate.js';
import { initialWeights } from './initial-weights.js';
import { readKeywordFolder, sampleRate } from './recordings.js';

/** Settings of `residual train keywords`. */
export interface KeywordSettings extends RunSettings {
  readonly words: readonly string[];
  readonly modelDim: number;
  readonly heads: number;
  readonly depth: number;
  readonly labelSmoothing: number;
  readonly evaluateRecordings: number;
  readonly weights: FormName;
}

/** Trains a Keyword Transformer on a folder of words. Returns the exit code. */
export async function trainKeywords(run: RunContext<KeywordSettings>): Promise<number> {
  const { settings, progress, signal } = run;
  const { words, modelDim, heads, depth, batch, seed, steps } = settings;
  if (settings.files.length !== 1)
    throw new ResidualError('files', `train keywords: ${settings.files.length} folders are given; it reads one`);
  progress.show('reading');
  const folder = await readKeywordFolder(settings.files[0]!, words);
  const { labels, training, validation, testing } = folder;
  const scale = await featureScale(folder, seed);
  const sizes = { labels: labels.length, frames, bins, modelDim, heads, depth };
  const layer = keywordTransformer(sizes);
  const config = keywordConfig(labels, { modelDim, heads, depth });
  const weights = initialWeights(layer, seed);
  progress.end();
  const parameters = countParameters(layer);
  print(
    `${grouped(training.length)} recordings to train on, ${grouped(validation.length)} to validate, ` +
      `${grouped(testing.length)} to test; ${labels.length} labels, ${grouped(parameters)} parameters`,
  );
  const context = { layer, weights, scale, signal };
  const { evaluateEvery = Math.max(1, Math.floor(steps / 10)), evaluateRecordings } = settings;
  const held = validation.length > 0 ? validation : testing;
  const onEvent = async ({ type, step }: TrainingEvent, running: Training) => {
    if (type !== 'step' || held.length === 0 || step % evaluateEvery !== 0 || step === steps) return;
    const result = await running.withAverage(() => testKeywords(held, folder, context, evaluateRecordings));
    progress.end();
    print(`step ${step} of ${steps}: ${percent(result.accuracy)} of ${result.count} are right`);
  };
  const job = {
    model: { layer, weights } as never,
    objective: keywordObjective(layer, settings.labelSmoothing) as Objective<never, KeywordBatch>,
    corpus: { batches: keywordBatches(folder, { batch, seed, scale }) },
    unit: 'recordings',
    onEvent,
    result: async () => {
      const trained = await savedModel(config, scale, await save(layer, weights), settings.weights);
      const results: Record<string, KeywordResult> = {};
      const model = await loadModel(trained);
      try {
        const saved = { ...context, weights: model.weights as never };
        for (const [name, part] of Object.entries({ validation, testing }))
          if (part.length > 0) results[name] = await testKeywords(part, folder, saved);
      } finally {
        model.dispose();
      }
      print(keywordTable(results));
      const card = keywordCard({ settings, folder, results, parameters });
      return new Map([...trained, ['README.md', new TextEncoder().encode(card)]]);
    },
  };
  try {
    return await runTraining(job, settings, run);
  } finally {
    dispose(weights);
  }
}

/** The loss: the cross-entropy of the labels, a share of which is spread over all. */
function keywordObjective(
  layer: ReturnType<typeof keywordTransformer>,
  labelSmoothing: number,
): Objective<Weights<unknown>, KeywordBatch> {
  return {
    tokens: ({ labels }) => labels.length,
    loss: (w, { features, labels }, scope) =>
      tidy(() => {
        const x = tensor(features, [labels.length, frames, bins]);
        return tokenLoss(layer(w as never, x, scope), labels, { labelSmoothing });
      }),
  };
}

/** The files of a model with trained weights, whose matrices are in a form. */
async function savedModel(
  config: Config,
  { mean, deviation }: FeatureScale,
  weights: Uint8Array,
  form: FormName,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const extractor = { feature_extractor_type: 'KeywordFeatureExtractor', sampling_rate: sampleRate };
  const texts = { 'config.json': config, 'preprocessor_config.json': { ...extractor, mean, std: deviation } };
  const files = Object.entries(texts).map(
    ([name, value]) => [name, new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`)] as const,
  );
  const model = await loadModel(new Map([...files, ['model.safetensors', weights]]), { weights: form });
  try {
    return await model.save({ weights: 'as held' });
  } finally {
    model.dispose();
  }
}
