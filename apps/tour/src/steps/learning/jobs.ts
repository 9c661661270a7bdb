import { gpt2Config } from '@residual/families';
import { causalOf, createModel, type Model } from '@residual/model';
import { characterTokenizer } from '@residual/tokenizer/train';
import { adamW, allWindows, languageModelLoss, train } from '@residual/train';
import type { JobControls, TrainingJob } from '@residual/train/worker';

/** What a tiny model learns. */
export interface LearningSettings {
  readonly sentence: string;
  readonly learningRate: number;
  readonly seed: number;
  readonly steps: number;
}

/** Requests between two steps. */
export type LearningRequests = {
  /** The number of weights, and of different characters. */
  facts: () => { readonly parameters: number; readonly characters: number };
  /** What the model writes after the first character of the sentence. */
  sample: () => Promise<string>;
};

/** The jobs of this step: a GPT of one block that learns a sentence, character by character. */
export const jobs = {
  sentence: async (
    { sentence, learningRate, seed, steps }: LearningSettings,
    { signal }: JobControls,
  ): Promise<TrainingJob<LearningRequests>> => {
    const tokenizer = characterTokenizer([sentence]);
    const { ids } = tokenizer.encode(sentence);
    const config = gpt2Config({
      vocab: tokenizer.vocabSize,
      modelDim: 32,
      heads: 2,
      depth: 2,
      maxPositions: Math.max(2, ids.length),
      specialTokens: { bos: 0, eos: 0 },
    });
    const model = await createModel(config, { seed, tokenizer });
    const { layer, weights } = causalOf('learning', model);
    const [batch] = allWindows(ids, { length: ids.length - 1, batch: 1 });
    const training = train({
      layer,
      weights,
      loss: languageModelLoss(layer, { maxPositions: ids.length }),
      batches: () => batch!,
      steps,
      seed,
      learningRate,
      optimizer: adamW({ weightDecay: 0 }),
      signal,
    });
    return {
      training,
      requests: {
        facts: () => ({ parameters: model.describe().parameters, characters: tokenizer.vocabSize - 1 }),
        sample: () => written(model, ids),
      },
      dispose: () => model.dispose(),
    };
  },
};

/** The most likely continuation of the first id, as long as the sentence. */
async function written(model: Model, ids: readonly number[]): Promise<string> {
  const options = { temperature: 0, maxNewTokens: ids.length - 1, eosTokenId: [] };
  const { newTokens } = await model.generate(ids.slice(0, 1), options).result();
  return model.tokenizer!.decode([ids[0]!, ...newTokens]);
}
