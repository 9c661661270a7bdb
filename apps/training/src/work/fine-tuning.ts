import type { HasNeeds } from '@residual/layers';
import { causalOf, type LoadProgress, loadModel, type Model, saveLora } from '@residual/model';
import { attachLora, freezeBase, languageModelLoss, loraParts, packDocuments, train, useLora } from '@residual/train';
import type { JobControls, TrainingJob } from '@residual/train/worker';

/** Settings of a fine-tuning. */
export interface FineTuneSettings {
  /** The source of the model. */
  readonly source: string | Readonly<Record<string, string>>;
  readonly sentences: readonly string[];
  readonly rank: number;
  readonly learningRate: number;
  readonly steps: number;
  readonly seed: number;
}

/** Options of a continuation, with the adapter or without it. */
export interface ContinueSettings {
  readonly beginning: string;
  readonly adapted: boolean;
  readonly tokens: number;
  /** 0 is greedy. */
  readonly temperature: number;
  readonly seed: number;
}

/** Requests to a fine-tuning between its steps. */
export type FineTuneRequests = {
  facts: () => { readonly parameters: number; readonly trained: number };
  continue: (settings: ContinueSettings) => Promise<string>;
  /** The adapter in the layout of the PEFT library. */
  save: () => Promise<ReadonlyMap<string, Uint8Array<ArrayBuffer>>>;
};

const adapter = 'sentences';

/** The longest training sequence in tokens. */
const maxLength = 64;

/** Loads a model, adds LoRA to its attention and MLPs, and trains it on sentences. */
export async function fineTuning(
  settings: FineTuneSettings,
  onProgress: (progress: LoadProgress) => void,
  { signal }: JobControls,
): Promise<TrainingJob<FineTuneRequests>> {
  const { sentences, rank, learningRate, steps, seed } = settings;
  if (sentences.length === 0) throw new RangeError('There are no sentences: write one or more, each on its own line.');
  const model = await loadModel(settings.source, { onProgress, signal });
  const { layer, weights } = causalOf('train', model);
  const needs: HasNeeds<unknown> = layer;
  attachLora(needs, weights, { targets: ['**.attention.*', '**.mlp.*'], rank, name: adapter, seed });
  const documents = sentences.map(sentence => model.tokensOf(sentence));
  const end = model.eosTokenIds[0];
  const tokens = documents.reduce((sum, { length }) => sum + length + 1, 0);
  const length = Math.min(maxLength, tokens);
  const training = train({
    layer,
    weights,
    loss: languageModelLoss(layer, { maxPositions: model.maxPositions }),
    batches: packDocuments(documents, {
      length,
      batch: Math.min(4, Math.ceil(tokens / length)),
      eosTokenId: end,
      shuffle: { seed },
    }),
    steps,
    learningRate,
    frozen: freezeBase,
    clipNorm: 1,
    signal,
    seed,
  });
  const requests: FineTuneRequests = {
    facts: () => ({ parameters: model.describe().parameters, trained: adapterSize(needs, model) }),
    continue: options => continueText(model, needs, options),
    save: () => saveLora(model, { name: adapter, base: 'residual/model-stories' }),
  };
  return { training, requests, dispose: () => model.dispose() };
}

/** The number of trained weights. */
function adapterSize(needs: HasNeeds<unknown>, { weights }: Model): number {
  const sizes = loraParts(needs, weights, adapter).map(({ part: { down, up } }) => down.size + up.size);
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Continues a text with the adapter or without it; afterwards the adapter is active. */
async function continueText(
  model: Model,
  needs: HasNeeds<unknown>,
  { beginning, adapted, tokens, ...sampling }: ContinueSettings,
): Promise<string> {
  useLora(needs, model.weights, adapted ? [adapter] : []);
  try {
    const { text } = await model.generate(beginning, { ...sampling, maxNewTokens: tokens }).result();
    return text;
  } finally {
    useLora(needs, model.weights, [adapter]);
  }
}
