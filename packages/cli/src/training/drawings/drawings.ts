import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { residualDrawingConfig } from '@residual/families';
import { causalOf, createModel } from '@residual/model';
import { evaluate, languageModelLoss, type Training, type TrainingEvent } from '@residual/train';
import { strokeTokenizer } from '@residual/vision';
import { grouped } from '../../terminal/format.js';
import { print } from '../../terminal/output.js';
import { evenlySpaced } from '../corpus.js';
import type { CommonSettings } from '../options.js';
import { runTraining } from '../run.js';
import type { RunContext } from '../start.js';
import { runTokenizer } from '../tokenizers.js';
import { vectorsOf } from '../vectors.js';
import { drawingCorpus } from './batches.js';
import { drawingsCard } from './card.js';
import { gridRows, initialWeights } from './initial-weights.js';
import { neighboursOf } from './neighbours.js';
import { readDrawings } from './read-drawings.js';
import { sampleSheet } from './samples.js';
import { drawingTokenizer, drawingWords } from './vocabulary.js';

/** Settings of `residual train drawings`. */
export interface DrawingsSettings extends CommonSettings {
  readonly vectors?: string;
  readonly words: number;
  readonly grid: number;
  readonly length: number;
  readonly unconditional: number;
  readonly neighbours: number;
  readonly modelDim: number;
  readonly heads: number;
  readonly depth: number;
  readonly hiddenDim?: number;
  readonly dropout: number;
}

/** How many tokens the words of a prompt may have, with the start of the drawing. */
const promptLength = 16;

/** The folder, inside the output folder, with sheets of samples. */
const samplesFolder = 'samples';

/** Trains a new model that draws. Returns the exit code. */
export async function trainDrawings(run: RunContext<DrawingsSettings>): Promise<number> {
  const { settings, progress, signal } = run;
  const { grid, length, modelDim, heads, depth, hiddenDim, dropout, seed, steps, out, labelSmoothing } = settings;
  progress.show('reading');
  const strokes = strokeTokenizer({ grid });
  const split = await readDrawings(settings, strokes);
  const words = drawingWords(await vectorsOf('train drawings', run), split.categories, settings.words);
  const tokenizer = await runTokenizer(run, async () => drawingTokenizer(strokes, words));
  const sizes = { grid, words: words.words.length, wordDim: words.dim, modelDim, heads, depth };
  const maxPositions = promptLength + length;
  const config = residualDrawingConfig({ ...sizes, maxPositions, ...(hiddenDim !== undefined && { hiddenDim }) });
  const model = await createModel({ ...config, attention_dropout: dropout }, { seed, tokenizer });
  const bound = causalOf('train drawings', model);
  initialWeights(bound, words.values, { seed, sharedRows: gridRows(grid, seed) });
  const corpus = drawingCorpus(split, { strokes, tokenizer, near: neighboursOf(words, split.categories) }, settings);
  progress.end();
  const parameters = model.describe().parameters;
  const learned = parameters - words.values.length;
  print(
    `${corpus.summary}, ${grouped(split.leftOut)} drawings left out; ${grouped(words.words.length)} words to read; ` +
      `${grouped(learned)} parameters, and ${grouped(words.values.length)} of word vectors, which stay`,
  );
  const objective = languageModelLoss(bound.layer, { labelSmoothing, maxPositions });
  const shown = evenlySpaced(split.categories, 16);
  const { evaluateEvery = Math.max(1, Math.floor(steps / 10)) } = settings;
  const writeSamples = async (step: number) => {
    await mkdir(join(out, samplesFolder), { recursive: true });
    const sheet = await sampleSheet(model, grid, shown, signal);
    await writeFile(join(out, samplesFolder, `step-${step}.svg`), sheet);
  };
  const onEvent = async ({ type, step }: TrainingEvent, training: Training) => {
    if (type === 'step' && step % evaluateEvery === 0 && step !== steps)
      await training.withAverage(() => writeSamples(step));
  };
  try {
    const job = {
      model,
      objective,
      corpus,
      frozen: ['embedding.read.weight'],
      onEvent,
      result: async () => {
        await writeSamples(steps);
        const { loss } = await evaluate({
          ...{ weights: bound.weights, loss: objective },
          batches: corpus.validation(Number.POSITIVE_INFINITY),
        });
        const card = drawingsCard({ settings, split, loss, parameters: learned, words: words.words.length });
        return new Map([...(await model.save()), ['README.md', new TextEncoder().encode(card)] as const]);
      },
    };
    return await runTraining(job, settings, run);
  } finally {
    model.dispose();
  }
}
