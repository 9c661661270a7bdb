import { type Pattern, patternOfTaps } from '@residual/appkit/attention-pattern';
import { gpt2Config } from '@residual/families';
import { causalOf, createModel, type Model } from '@residual/model';
import {
  adamW,
  type CheckpointStore,
  type LossLandscape,
  languageModelLoss,
  lossLandscape,
  onlyMatrices,
  train,
} from '@residual/train';
import { browserStore } from '@residual/train/browser';
import type { JobControls, RequestControls, TrainingJob } from '@residual/train/worker';
import { nearest, pca, vectorTable } from '@residual/word-vectors';
import { corpusOf } from './corpus.js';
import type { SurveySettings } from './fitting.js';

/** Settings of a character GPT. */
export interface GptSettings {
  readonly text: string;
  readonly depth: number;
  readonly heads: number;
  readonly modelDim: number;
  /** The context: characters that the model sees at once. */
  readonly length: number;
  readonly batch: number;
  readonly steps: number;
  readonly learningRate: number;
  readonly seed: number;
}

/** Options of a sample. */
export interface SampleSettings {
  /** The beginning of the sample; characters that the model does not know are dropped. */
  readonly beginning: string;
  readonly characters: number;
  readonly temperature: number;
  readonly seed: number;
}

/** The characters on the first two principal components of their embeddings. */
export interface EmbeddingSnapshot {
  readonly characters: readonly string[];
  /** [characters, 2] */
  readonly points: Float32Array;
  readonly shares: readonly number[];
  /** The nearest characters of the most frequent letter, by cosine. */
  readonly near: { readonly of: string; readonly others: readonly string[] };
}

/** The attention weights for a text. */
export interface AttentionSnapshot {
  readonly tokens: readonly string[];
  /** By layer and head, each [length · length]. */
  readonly heads: Pattern;
}

/** The size of a new model. */
export interface GptFacts {
  readonly parameters: number;
  readonly characters: number;
}

/** Requests to a character GPT between its steps. */
export type GptRequests = {
  facts: () => GptFacts;
  sample: (settings: SampleSettings) => Promise<string>;
  /** Stores the state of the page, which is saved with the next checkpoint. */
  note: (page: unknown) => void;
  embedding: () => Promise<EmbeddingSnapshot>;
  attention: (text: string) => Promise<AttentionSnapshot>;
  /** The losses on one batch of the validation text around the weights. */
  survey: (settings: SurveySettings, controls: RequestControls) => Promise<LossLandscape>;
  /** The files of the model in the layout of a published checkpoint. */
  save: () => Promise<ReadonlyMap<string, Uint8Array<ArrayBuffer>>>;
};

/** The name of the run in the browser's store, and the file beside each checkpoint. */
export const [savedRunName, savedRunFile] = ['training-gpt', 'page.json'];

/** Checkpoints in the browser, each with the settings and the state of the page. */
function storeOf(settings: GptSettings, page: () => unknown): CheckpointStore {
  const { latest, write } = browserStore(savedRunName);
  const pageFile = () => new TextEncoder().encode(JSON.stringify({ settings, page: page() }));
  return { latest, write: (step, files) => write(step, new Map([...files, [savedRunFile, pageFile()]])) };
}

/**
 * A GPT-2-shaped model of characters in training; it continues from the checkpoint in this browser, if there is one.
 * `onSurvey` is called with the share of the ground that is measured.
 */
export async function characterGpt(
  settings: GptSettings,
  onSurvey: (share: number) => void,
  { signal }: JobControls,
): Promise<TrainingJob<GptRequests>> {
  const { depth, heads, modelDim, length, steps, learningRate, seed } = settings;
  const { tokenizer, batches, validation } = corpusOf(settings.text, settings);
  const config = gpt2Config({
    vocab: tokenizer.vocabSize,
    modelDim,
    heads,
    depth,
    maxPositions: length,
    specialTokens: { bos: 0, eos: 0 },
  });
  const model = await createModel(config, { seed, tokenizer });
  const { layer, weights } = causalOf('train', model);
  const every = Math.max(1, Math.floor(steps / 20));
  const loss = languageModelLoss(layer, { maxPositions: length });
  let page: unknown;
  const training = train({
    layer,
    weights,
    loss,
    batches,
    steps,
    seed,
    learningRate,
    optimizer: adamW({ decays: onlyMatrices }),
    clipNorm: 1,
    signal,
    evaluate: { every, batches: () => validation },
    checkpoint: { every, store: storeOf(settings, () => page) },
  });
  const requests: GptRequests = {
    facts: () => ({ parameters: model.describe().parameters, characters: tokenizer.vocabSize - 1 }),
    sample: options => sample(model, options),
    note: state => {
      page = state;
    },
    embedding: () => embeddingOf(model),
    attention: text => attentionOf(model, text),
    survey: (shape, { signal: given }) =>
      lossLandscape({
        layer,
        weights,
        loss,
        batches: validation.slice(0, 1),
        onProgress: ({ points, total }) => onSurvey(points / total),
        ...shape,
        signal: given,
      }),
    save: () => model.save(),
  };
  return { training, requests, dispose: () => model.dispose() };
}

/** The ids of the known characters of a text; the first character if there is none. */
function knownIds({ tokenizer }: Model, text: string): number[] {
  const ids = tokenizer!.encode(text).ids.filter(id => id !== 0);
  return ids.length > 0 ? ids : [1];
}

/** Samples beyond the context: each part is conditioned on the last half of a context. */
async function sample(model: Model, { beginning, characters, temperature, seed }: SampleSettings): Promise<string> {
  const ids = knownIds(model, beginning).slice(0, characters);
  while (ids.length < characters) {
    const context = ids.slice(-Math.ceil(model.maxPositions / 2));
    const maxNewTokens = Math.min(model.maxPositions - context.length, characters - ids.length);
    const options = { temperature, seed: seed + ids.length, maxNewTokens, eosTokenId: [] };
    const { newTokens } = await model.generate(context, options).result();
    ids.push(...newTokens);
  }
  return model.tokenizer!.decode(ids);
}

async function embeddingOf(model: Model): Promise<EmbeddingSnapshot> {
  const { data, dims } = await model.tokenVectors();
  const characters = Array.from({ length: model.vocab - 1 }, (_, i) => model.tokenizer!.idToToken(i + 1)!);
  const table = vectorTable({ words: characters, data: data.slice(dims) as Float32Array });
  const { points, explainedVarianceRatio: shares } = pca(table);
  const of = ['e', 'a', 'o', ...characters].find(letter => characters.includes(letter))!;
  return { characters, points, shares, near: { of, others: nearest(table, of, { topN: 5 }).map(({ word }) => word) } };
}

async function attentionOf(model: Model, text: string): Promise<AttentionSnapshot> {
  const ids = knownIds(model, text).slice(0, model.maxPositions);
  const { taps } = await model.forward(ids, { taps: ['decoder.layers.*.attention.weights'] });
  return { tokens: ids.map(id => model.tokenizer!.idToToken(id)!), heads: patternOfTaps(taps) };
}
