import { gpt2Config } from '@residual/families';
import { hooked } from '@residual/inspect';
import { causalOf, createModel } from '@residual/model';
import { uniformValues } from '@residual/tensor';
import { adamW, allWindows, languageModelLoss, train } from '@residual/train';
import type { JobControls, TrainingJob } from '@residual/train/worker';
import { withoutMask } from './leak.js';
import { batch, length, steps, vocab } from './tiny-settings.js';

/**
 * The job of this step: a model of one block that learns random tokens, new ones at each step, with the causal mask or,
 * with `leak`, without it. Nothing before a token tells which one comes next, so that it can do better than a blind
 * guess only by looking at it.
 */
export const jobs = {
  tinyModel: async ({ leak }: { readonly leak: boolean }, { signal }: JobControls): Promise<TrainingJob> => {
    const specialTokens = { bos: 0, eos: 0 };
    const config = gpt2Config({ vocab, modelDim: 32, heads: 2, depth: 1, maxPositions: length, specialTokens });
    const model = await createModel(config, { seed: 1 });
    const { layer, weights } = causalOf('tinyModel', model);
    const loss = languageModelLoss(leak ? hooked(layer, withoutMask()) : layer, { maxPositions: length });
    const optimizer = adamW({ weightDecay: 0 });
    const settings = { steps, seed: 1, learningRate: 2e-2, optimizer, signal };
    return {
      training: train({ layer, weights, loss, batches: randomBatch, ...settings }),
      dispose: () => model.dispose(),
    };
  },
};

/** Random tokens of one step, as windows [batch, length]. */
function randomBatch(step: number) {
  const draws = uniformValues(step, 'randomBatch', batch * length + 1);
  const ids = Int32Array.from(draws, draw => Math.floor(draw * vocab));
  return [...allWindows(ids, { length, batch })][0]!;
}
