import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ResidualError } from '@residual/base';
import { residualPaintingConfig } from '@residual/families';
import { flatten, mapTree } from '@residual/layers';
import { causalOf, createModel, imageTokenizerOf, loadModel, type Model } from '@residual/model';
import { clone, type Tensor } from '@residual/tensor';
import { evaluate, languageModelLoss, type Training, type TrainingEvent } from '@residual/train';
import { grouped } from '../../terminal/format.js';
import { print } from '../../terminal/output.js';
import { evenlySpaced } from '../corpus.js';
import { codebookRows, initialWeights } from '../drawings/initial-weights.js';
import { type EmojiSplit, readEmoji } from '../image-tokens/emoji.js';
import { preprocessorConfig } from '../images/preprocessor.js';
import { wordLevelTokenizer, wordTable } from '../images/vocabulary.js';
import type { CommonSettings } from '../options.js';
import { runTraining } from '../run.js';
import type { RunContext } from '../start.js';
import { runTokenizer } from '../tokenizers.js';
import { vectorsOf } from '../vectors.js';
import { paintingCorpus } from './batches.js';
import { paintingsCard } from './card.js';
import { compositionsOf, paintedPictures } from './painted-pictures.js';
import { imageSheet, paintAll, sampling } from './samples.js';

/** Settings of `residual train images`. */
export interface PaintingsSettings extends CommonSettings {
  readonly tokens?: string;
  readonly vectors?: string;
  readonly sets?: readonly string[];
  readonly words: number;
  readonly promptWords: number;
  readonly unconditional: number;
  readonly replace: number;
  readonly recolour: number;
  readonly modelDim: number;
  readonly heads: number;
  readonly depth: number;
  readonly hiddenDim?: number;
  readonly dropout: number;
}

/** The folder, inside the output folder, with sheets of samples. */
const samplesFolder = 'samples';

/** How many texts of each kind a sheet of samples has: names, and compositions that are held out. */
const [sampledNames, sampledCompositions] = [24, 12];

/** Trains a new model that paints. Returns the exit code. */
export async function trainPaintings(run: RunContext<PaintingsSettings>): Promise<number> {
  const { settings, progress, signal } = run;
  const { promptWords, modelDim, heads, depth, hiddenDim, dropout, seed, steps, out, labelSmoothing } = settings;
  progress.show('reading');
  const split = await readEmoji('train images', settings);
  const { concepts, size } = split.pictures;
  const table = wordTable(await vectorsOf('train images', run), concepts, settings.words);
  const autoencoder = await imageTokensOf(settings, split, signal);
  let model: Model;
  try {
    const { codes } = imageTokenizerOf('train images', autoencoder).layer;
    const tokenizer = await runTokenizer(run, async () => paintingTokenizer(codes, table.words));
    const sizes = { promptWords, words: table.words.length, wordDim: table.dim, modelDim, heads, depth };
    const config = residualPaintingConfig(autoencoder.config, {
      ...sizes,
      ...(hiddenDim !== undefined && { hiddenDim }),
    });
    model = await createModel({ ...config, attention_dropout: dropout }, { seed, tokenizer });
    takeImageTokenizer(model, autoencoder);
  } finally {
    autoencoder.dispose();
  }
  try {
    const bound = causalOf('train images', model);
    const image = imageTokenizerOf('train images', model);
    const codebook = (await image.weights.quantizer.codebook.data()) as Float32Array;
    const sharedRows = codebookRows(codebook, codebook.length / image.layer.codes, seed);
    initialWeights(bound, table.values, { seed, sharedRows, others: ['image.'] });
    const textsOf = (concept: number) => concepts[concept]!.texts;
    const compositions = compositionsOf(split.training, { size, labelOf: concept => textsOf(concept)[0]! });
    const context = {
      size,
      signal,
      onProgress: (share: number) => progress.show(`codes: ${Math.floor(100 * share)} %`),
    };
    const training = await paintedPictures(image, split.training, compositions.seen, context);
    const validation = await paintedPictures(image, split.validation, [], context);
    const coder = { tokenizer: model.tokenizer!, promptWords, start: image.layer.codes };
    const corpus = paintingCorpus(training, validation, textsOf, coder, settings);
    progress.end();
    const fixed = table.values.length + sizeOfWeights(image);
    const parameters = model.describe().parameters - fixed;
    print(
      `${corpus.summary}; ${grouped(compositions.seen.length)} of them in other colours, ` +
        `${grouped(compositions.unseen.length)} held out; ${grouped(table.words.length)} words to read; ` +
        `${grouped(parameters)} parameters, and ${grouped(fixed)} that stay`,
    );
    const objective = languageModelLoss(bound.layer, { labelSmoothing, maxPositions: model.maxPositions });
    const names = evenlySpaced(split.training, sampledNames).map(({ concept }) => textsOf(concept)[0]!);
    const unseen = evenlySpaced(compositions.unseen, sampledCompositions).map(({ text }) => text);
    const writeSamples = async (step: number) => {
      await mkdir(join(out, samplesFolder), { recursive: true });
      const images = await paintAll(model, [...names, ...unseen], { ...sampling, seed: 0, signal });
      await writeFile(join(out, samplesFolder, `step-${step}.png`), imageSheet(images));
    };
    const { evaluateEvery = Math.max(1, Math.floor(steps / 10)) } = settings;
    const onEvent = async ({ type, step }: TrainingEvent, training: Training) => {
      if (type === 'step' && step % evaluateEvery === 0 && step !== steps)
        await training.withAverage(() => writeSamples(step));
    };
    const job = {
      model,
      objective,
      corpus,
      frozen: ['embedding.read.weight', 'image.**'],
      onEvent,
      result: async () => {
        await writeSamples(steps);
        const { loss } = await evaluate({
          ...{ weights: bound.weights, loss: objective },
          batches: corpus.validation(Number.POSITIVE_INFINITY),
        });
        const counts = { seen: compositions.seen.length, unseen: compositions.unseen.length };
        const about = { settings, split, loss, parameters, words: table.words.length, compositions: counts };
        const others = {
          'preprocessor_config.json': `${JSON.stringify(preprocessorConfig(size), null, 2)}\n`,
          'README.md': paintingsCard(about),
        };
        const files = Object.entries(others).map(([name, text]) => [name, new TextEncoder().encode(text)] as const);
        return new Map([...(await model.save()), ...files]);
      },
    };
    return await runTraining(job, settings, run);
  } finally {
    model.dispose();
  }
}

/** The autoencoder that the settings name. Errors without one, and for one of pictures of another size. */
async function imageTokensOf(
  { tokens }: PaintingsSettings,
  { pictures }: EmojiSplit,
  signal: AbortSignal,
): Promise<Model> {
  if (tokens === undefined)
    throw new ResidualError('range', 'train images: it is not said what turns pictures into codes; give --tokens');
  const model = await loadModel(tokens, { signal });
  try {
    const { width } = imageTokenizerOf('train images', model).imageSize;
    if (width === pictures.size) return model;
    throw new ResidualError(
      'data',
      `train images: the pictures are ${pictures.size} px; ${tokens} turns those of ${width} px into codes`,
    );
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** The tokens of a model that paints: codes, the start of a picture, words. */
function paintingTokenizer(codes: number, words: readonly string[]) {
  const names = Array.from({ length: codes }, (_, code) => `<${code}>`);
  return wordLevelTokenizer([...names, '<start>', ...words], ['<start>', '[UNK]', '[PAD]']);
}

/** Puts the weights of an autoencoder in the place of those of the image tokenizer of a new model. */
function takeImageTokenizer(model: Model, autoencoder: Model): void {
  const tree = model.weights as unknown as { image: unknown };
  const before = tree.image;
  tree.image = mapTree(autoencoder.weights, leaf => clone(leaf as Tensor));
  mapTree(before, leaf => {
    leaf.dispose();
    return leaf;
  });
}

function sizeOfWeights({ layer, weights }: ReturnType<typeof imageTokenizerOf>): number {
  return [...flatten(layer, weights as never).values()].reduce(
    (sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1),
    0,
  );
}
