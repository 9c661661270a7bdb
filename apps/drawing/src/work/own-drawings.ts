import { causalOf, type DrawOptions, type LoadProgress, loadModel, type Model } from '@residual/model';
import {
  languageModelLoss,
  type PromptedTarget,
  promptBatch,
  promptBatches,
  train,
  trainValidationSplit,
} from '@residual/train';
import type { JobControls, TrainingJob } from '@residual/train/worker';
import { augmentDrawing, type Drawing, type QuickDrawEntry, strokeTokenizer, unitBox } from '@residual/vision';

/** Settings of a training on one's own drawings. */
export interface OwnDrawingsSettings {
  /** The source of the model that draws. */
  readonly source: string | Readonly<Record<string, string>>;
  readonly entries: readonly QuickDrawEntry[];
  readonly learningRate: number;
  readonly steps: number;
  readonly seed: number;
}

/** What is drawn for a word, with the options of `draw` that cross a port. */
export interface DrawRequest {
  readonly words: string;
  readonly options: DrawOptions;
}

/** Requests to a training between its steps, and after its end. */
export type OwnDrawingsRequests = {
  draw: (request: DrawRequest) => Promise<Drawing>;
  /** The files of the trained model. */
  save: () => Promise<ReadonlyMap<string, Uint8Array<ArrayBuffer>>>;
};

/** The drawings of a step, and the share of them whose word is left out, so that guidance still works. */
const [batch, unconditional] = [12, 0.1];

/** From how many drawings on some are not trained on, to see what was learned, and which share. */
const [leastToSplit, validationShare] = [12, 1 / 6];

/** The tokens that words may take. */
const promptLength = 16;

/** Loads a model that draws and trains all of it on drawings, each time drawn a little differently; words stay. */
export async function ownDrawings(
  { source, entries, learningRate, steps, seed }: OwnDrawingsSettings,
  onProgress: (progress: LoadProgress) => void,
  { signal }: JobControls,
): Promise<TrainingJob<OwnDrawingsRequests>> {
  const model = await loadModel(source, { weights: 'f32', onProgress, signal });
  try {
    expectWords(model, entries);
  } catch (error) {
    model.dispose();
    throw error;
  }
  const { layer, weights } = causalOf('train', model);
  const { config, maxPositions } = model;
  const strokes = strokeTokenizer({ grid: Number(config.grid_size ?? 32) });
  const longest = maxPositions - promptLength;
  const encode = ({ word, drawing }: QuickDrawEntry, random: () => number): PromptedTarget => {
    const prompt = random() < unconditional ? [strokes.bosTokenId] : model.tokensOf(word);
    const tokens = strokes.encode(augmentDrawing(drawing, random), { box: unitBox });
    return { prompt, target: tokens.slice(0, longest) };
  };
  const split =
    entries.length < leastToSplit
      ? { training: entries, validation: [] }
      : trainValidationSplit(entries, { share: validationShare, seed });
  const plain = ({ word, drawing }: QuickDrawEntry): PromptedTarget => ({
    prompt: model.tokensOf(word),
    target: strokes.encode(drawing).slice(0, longest),
  });
  const unseen = split.validation.length > 0 && {
    evaluate: { every: 10, batches: [promptBatch(split.validation.map(plain))] },
  };
  const training = train({
    layer,
    weights,
    loss: languageModelLoss(layer, { maxPositions }),
    batches: promptBatches(split.training, { batch: Math.min(batch, split.training.length), seed, encode }),
    ...unseen,
    steps,
    learningRate,
    frozen: ['embedding.read.weight'],
    clipNorm: 1,
    signal,
    seed,
  });
  const requests: OwnDrawingsRequests = {
    draw: async ({ words, options }) => (await model.draw(words, options).result()).drawing,
    save: () => model.save({ dtype: 'float16' }),
  };
  return { training, requests, dispose: () => model.dispose() };
}

/** Errors if the model knows no part of a word. */
function expectWords({ tokenizer }: Model, entries: readonly QuickDrawEntry[]): void {
  for (const word of new Set(entries.map(({ word }) => word))) {
    const { ids, specialTokensMask } = tokenizer!.encode(word);
    if (ids.some((id, i) => id !== tokenizer!.unkTokenId && !specialTokensMask[i])) continue;
    throw new Error(
      `The model does not know the word “${word}”; it knows English words. Keep its drawings under another.`,
    );
  }
}
