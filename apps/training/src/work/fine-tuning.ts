import type { HasNeeds } from '@residual/layers';
import { causalOf, type LoadProgress, loadModel, type Model, saveLora } from '@residual/model';
import { attachLora, freezeBase, languageModelLoss, loraParts, packDocuments, train, useLora } from '@residual/train';
import type { JobControls, TrainingJob } from '@residual/train/worker';

/** What a fine-tuning is told. */
export interface FineTuneSettings {
  /** Where the model lies. */
  readonly source: string | Readonly<Record<string, string>>;
  readonly sentences: readonly string[];
  readonly rank: number;
  readonly learningRate: number;
  readonly steps: number;
  readonly seed: number;
}

/** A text that the model is to continue, with the adapter or as it was. */
export interface ContinueSettings {
  readonly beginning: string;
  readonly adapted: boolean;
  readonly tokens: number;
  /** 0 takes the likeliest token each time. */
  readonly temperature: number;
  readonly seed: number;
}

/** What can be asked of a fine-tuning between its steps. */
export type FineTuneRequests = {
  facts: () => { readonly parameters: number; readonly trained: number };
  continue: (settings: ContinueSettings) => Promise<string>;
  /** The adapter as the PEFT library has it. */
  save: () => Promise<ReadonlyMap<string, Uint8Array<ArrayBuffer>>>;
};

const adapter = 'sentences';

/** The longest row of sentences that is trained on at once. */
const maxLength = 64;

/** Puts LoRA beside the attention and the perceptrons of a model that is loaded, and trains it on sentences. */
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
    facts: () => ({ parameters: model.describe().parameters, trained: trainedOf(needs, model) }),
    continue: given => continued(model, needs, given),
    save: () => saveLora(model, { name: adapter, base: 'residual/model-stories' }),
  };
  return { training, requests, dispose: () => model.dispose() };
}

/** How many numbers the adapter has. */
function trainedOf(needs: HasNeeds<unknown>, { weights }: Model): number {
  const sizes = loraParts(needs, weights, adapter).map(({ part: { down, up } }) => down.size + up.size);
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** A text continued with the adapter or without it; it is in force again afterwards. */
async function continued(
  model: Model,
  needs: HasNeeds<unknown>,
  { beginning, adapted, tokens, ...how }: ContinueSettings,
): Promise<string> {
  useLora(needs, model.weights, adapted ? [adapter] : []);
  try {
    const { text } = await model.generate(beginning, { ...how, maxNewTokens: tokens }).result();
    return text;
  } finally {
    useLora(needs, model.weights, [adapter]);
  }
}
