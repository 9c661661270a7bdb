import { ResidualError } from '@residual/base';
import { residualClipConfig } from '@residual/families';
import { createModel, imageTextModelOf, type Model } from '@residual/model';
import type { Tokenizer } from '@residual/tokenizer';
import type { Training, TrainingEvent } from '@residual/train';
import { grouped } from '../../terminal/format.js';
import { print } from '../../terminal/output.js';
import type { RunSettings } from '../options.js';
import { runTraining } from '../run.js';
import type { RunContext } from '../start.js';
import { runTokenizer } from '../tokenizers.js';
import { vectorsOf } from '../vectors.js';
import { pictureBatches } from './batches.js';
import { modelCard } from './card.js';
import { resultTable, type TestResult, testPictures } from './evaluate.js';
import { initialWeights } from './initial-weights.js';
import { type LabelVectors, pictureObjective, textVectors } from './objective.js';
import { expectSet, type Pictures, readPictures } from './picture-sets.js';
import { preprocessorConfig } from './preprocessor.js';
import { splitPictures } from './split.js';
import { conceptTexts, encodeTexts, maxLength } from './texts.js';
import { wordTable, wordTokenizer } from './vocabulary.js';

/** Settings of `residual train images-and-words`. */
export interface ImagesAndWordsSettings extends RunSettings {
  readonly vectors?: string;
  readonly words: number;
  readonly unseenSet?: string;
  readonly widths: readonly number[];
  readonly modelDim: number;
  readonly heads: number;
  readonly depth: number;
  readonly dim: number;
  readonly pictureSize?: number;
  readonly evaluatePictures: number;
}

/** How many steps the vectors of all labels are used. */
const labelSteps = 20;

/** Trains a new model of pictures and words. Returns the exit code. */
export async function trainImagesAndWords(run: RunContext<ImagesAndWordsSettings>): Promise<number> {
  const { settings, progress, signal } = run;
  progress.show('reading');
  const pictures = await picturesOf(settings);
  const size = settings.pictureSize ?? pictures.size;
  const table = wordTable(await vectorsOf('train images-and-words', run), pictures.concepts, settings.words);
  const tokenizer = await runTokenizer(run, async () => wordTokenizer(table));
  const texts = conceptTexts(pictures.concepts, word => tokenizer.tokenToId(word) !== undefined);
  const split = splitPictures(pictures, { ...settings, isUsed: concept => texts.ofConcept[concept]!.length > 0 });
  const { emoji, drawings, icons, tests } = split;
  const labelled = [...emoji, ...drawings].map(({ concept }) => texts.ofConcept[concept]![0]!);
  const labels = [...new Set(labelled)];
  const model = await newModel(settings, { vocab: table.words.length, wordDim: table.dim, size }, tokenizer);
  const bound = imageTextModelOf('train images-and-words', model);
  initialWeights(bound, table.values);
  progress.end();
  const tested = Object.values(tests).reduce((sum, each) => sum + each.length, 0);
  const [ofEmoji, ofDrawings, ofIcons] = [emoji, drawings, icons].map(({ length }) => grouped(length));
  const sizes = [`${grouped(labels.length)} labels`, `${grouped(table.words.length)} words`];
  print(
    `${ofEmoji} emoji, ${ofDrawings} drawings and ${ofIcons} icons to train on, ${grouped(tested)} pictures to ` +
      `test with; ${sizes.join(', ')}; ${grouped(model.describe().parameters)} parameters`,
  );
  const labelVectors: LabelVectors = { vectors: undefined };
  const encodedLabels = encodeTexts(
    tokenizer,
    labels.map(label => texts.texts[label]!),
    maxLength,
  );
  const refreshLabels = () => {
    const next = textVectors(bound.layer, bound.weights, encodedLabels);
    labelVectors.vectors?.dispose();
    labelVectors.vectors = next;
  };
  const context = { ...bound, concepts: pictures.concepts, tokenizer, from: pictures.size, size, maxLength, signal };
  const evaluate = (limit: number) => testPictures(split, context, limit);
  const { steps, evaluateEvery = Math.max(1, Math.floor(steps / 10)) } = settings;
  const batches = pictureBatches(
    split,
    { texts, labels, tokenizer },
    { batch: settings.batch, seed: settings.seed, from: pictures.size, size, maxLength },
  );
  let results: readonly TestResult[] = [];
  const onEvent = async ({ type, step }: TrainingEvent, training: Training) => {
    if (type === 'resume' || (type === 'step' && step % labelSteps === 0)) refreshLabels();
    if (type !== 'step' || tested === 0 || step % evaluateEvery !== 0 || step === steps) return;
    const shown = await training.withAverage(() => evaluate(settings.evaluatePictures));
    progress.end();
    print(`step ${step} of ${steps}\n${resultTable(shown)}`);
  };
  try {
    refreshLabels();
    const job = {
      model,
      objective: pictureObjective(bound.layer, labelVectors),
      corpus: { batches },
      unit: 'pictures',
      frozen: ['text.embedding.weight'],
      rates: { logScale: 8, bias: 8 },
      onEvent,
      result: async () => {
        results = await evaluate(Number.POSITIVE_INFINITY);
        if (results.length > 0) print(resultTable(results));
        const others = {
          'preprocessor_config.json': `${JSON.stringify(preprocessorConfig(size), null, 2)}\n`,
          'README.md': modelCard({ settings, results, pictures, training: split, labels: labels.length }),
        };
        const files = Object.entries(others).map(([name, text]) => [name, new TextEncoder().encode(text)] as const);
        return new Map([...(await model.save()), ...files]);
      },
    };
    return await runTraining(job, settings, run);
  } finally {
    labelVectors.vectors?.dispose();
    model.dispose();
  }
}

async function picturesOf({ files, unseenSet }: ImagesAndWordsSettings): Promise<Pictures> {
  if (files.length !== 1)
    throw new ResidualError(
      'files',
      `train images-and-words: ${files.length} files of pictures are given; it reads one`,
    );
  const pictures = await readPictures(files[0]!);
  if (unseenSet !== undefined) expectSet('train images-and-words', pictures, files[0]!, unseenSet);
  return pictures;
}

function newModel(
  { widths, modelDim, heads, depth, dim, seed }: ImagesAndWordsSettings,
  { vocab, wordDim, size }: { readonly vocab: number; readonly wordDim: number; readonly size: number },
  tokenizer: Tokenizer,
): Promise<Model> {
  const sizes = { vocab, wordDim, imageSize: size, widths, modelDim, heads, depth, maxPositions: 16, dim };
  return createModel(residualClipConfig({ ...sizes, pad: tokenizer.tokenToId('[PAD]')! }), { seed, tokenizer });
}
