import { ResidualError } from '@residual/base';
import type { ParallelSynthesizer } from '@residual/families';
import { countParameters, type Weights } from '@residual/layers';
import { createModel, loadModel, type Model } from '@residual/model';
import { tensor, tidy } from '@residual/tensor';
import { type Training, type TrainingEvent, trainValidationSplit } from '@residual/train';
import type { FormName } from '../../runtime/model.js';
import { grouped } from '../../terminal/format.js';
import { print } from '../../terminal/output.js';
import { firstBatches } from '../corpus.js';
import type { CommonSettings } from '../options.js';
import { runTraining } from '../run.js';
import type { RunContext } from '../start.js';
import { groupsOf, type SpeechBatch, type SpeechItem, speechBatch, speechBatches, speechItem } from './batches.js';
import { acousticConfig, symbolFiles } from './config.js';
import { bins, frameScale, hop, type SpeechFrames, sampleRate, speechFrames } from './features.js';
import { initialWeights } from './initial-weights.js';
import { speechObjective } from './objective.js';
import { openSpeechFolder, type SpokenSentence } from './recordings.js';
import { samplesOf } from './synthesis.js';
import { writeSamples } from './write-samples.js';

/** Settings of `residual train speech`. */
export interface SpeechSettings extends CommonSettings {
  readonly modelDim: number;
  readonly heads: number;
  readonly depth: number;
  readonly encoderDepth: number;
  readonly hiddenDim?: number;
  readonly longest: number;
  readonly weights: FormName;
}

/** Trains a new FastSpeech 2 on the sentences of a teacher. Returns the exit code. */
export async function trainSpeech(run: RunContext<SpeechSettings>): Promise<number> {
  const { settings, progress, signal } = run;
  const { files, seed, steps, batch, validation: share, out, longest } = settings;
  if (files.length !== 1)
    throw new ResidualError('files', `train speech: ${files.length} folders are given; it reads one`);
  const { sentences, scale, training, validation } = await readItems(files[0]!, { seed, share, longest }, run);
  const model = await createModel(acousticConfig(settings, scale), { seed });
  const layer = model.layer as ParallelSynthesizer;
  const weights = model.weights as Weights<ParallelSynthesizer>;
  initialWeights(model, seed);
  progress.end();
  const seconds = [...training, ...validation].reduce((sum, { frames }) => sum + (frames.length / bins) * hop, 0);
  print(
    `${grouped(training.length)} sentences to train on, ${grouped(validation.length)} to validate; ` +
      `${(seconds / sampleRate / 60).toFixed(0)} minutes; ${grouped(countParameters(layer))} parameters`,
  );
  const heldGroups = groupsOf(validation, batch).map(speechBatch);
  const { evaluateEvery = Math.max(1, Math.floor(steps / 10)) } = settings;
  const speakSamples = (step: number) =>
    writeSamples({ out, step }, validation, async item =>
      samplesOf(await framesOf(layer, weights, item), scale, signal),
    );
  const onEvent = async ({ type, step }: TrainingEvent, running: Training) => {
    if (type === 'step' && step % evaluateEvery === 0) await running.withAverage(() => speakSamples(step));
  };
  const job = {
    model,
    objective: speechObjective(layer) as never,
    corpus: {
      batches: speechBatches(groupsOf(training, batch), seed),
      validation: (limit: number) => firstBatches(heldGroups, limit),
    },
    unit: 'frames',
    frozen: (path: string) => /\.convolution\.norm\.(mean|variance)$/.test(path),
    onEvent,
    result: () => savedModel(model, settings, sentences.length),
  };
  try {
    return await runTraining<SpeechBatch>(job, settings, run);
  } finally {
    model.dispose();
  }
}

/** Reads all sentences as frames, and holds out a share of them. */
async function readItems(
  folder: string,
  { seed, share, longest }: { readonly seed: number; readonly share: number; readonly longest: number },
  { progress, signal }: Pick<RunContext<SpeechSettings>, 'progress' | 'signal'>,
) {
  const opened = await openSpeechFolder(folder);
  try {
    const read: { readonly sentence: SpokenSentence; readonly frames: SpeechFrames }[] = [];
    for (const [i, sentence] of opened.sentences.entries()) {
      signal.throwIfAborted();
      if (i % 50 === 0) progress.show(`reading ${grouped(i)} of ${grouped(opened.sentences.length)} sentences`);
      if (sentence.samples.count > longest * sampleRate) continue;
      const frames = speechFrames(await opened.read(sentence), sentence.ends);
      if (frames) read.push({ sentence, frames });
    }
    if (read.length < 2)
      throw new ResidualError(
        'data',
        `train speech: ${folder} has ${read.length} sentences of at most ${longest} seconds; at least 2 are needed`,
      );
    const scale = frameScale(read.map(({ frames }) => frames));
    const items = read.map(({ sentence, frames }) => speechItem(sentence.ids, frames, scale));
    return { sentences: read.map(({ sentence }) => sentence), scale, ...trainValidationSplit(items, { share, seed }) };
  } finally {
    await opened.close();
  }
}

/** The frames of an item with the durations of the teacher, and the model's own pitch and loudness. */
async function framesOf(
  layer: ParallelSynthesizer,
  weights: Weights<ParallelSynthesizer>,
  item: SpeechItem,
): Promise<Float32Array> {
  const { ids, tokens, length, frameLength } = speechBatch([item]);
  const frames = tidy(() => {
    const plan = layer.plan(weights, { ids: tensor(ids, [1, length], 'int32') });
    return layer.frames(weights, { ...plan, tokens: tensor(tokens, [frameLength], 'int32') });
  });
  try {
    return (await frames.data()) as Float32Array;
  } finally {
    frames.dispose();
  }
}

/** The files of the trained model, whose matrices are in a form. */
async function savedModel(
  trained: Model,
  { weights }: SpeechSettings,
  sentences: number,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const bytes = (text: string) => new TextEncoder().encode(`${text}\n`);
  const model = await loadModel(await trained.save(), { weights });
  try {
    const card = `# A voice\n\nTrained by \`residual train speech\` on ${grouped(sentences)} sentences.`;
    const symbols = [...symbolFiles()].map(([name, value]) => [name, bytes(JSON.stringify(value, null, 2))] as const);
    return new Map([...(await model.save({ weights: 'as held' })), ...symbols, ['README.md', bytes(card)]]);
  } finally {
    model.dispose();
  }
}
