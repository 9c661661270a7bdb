import { gpt2Config } from '@residual/families';
import { hooked } from '@residual/inspect';
import { causalOf, createModel } from '@residual/model';
import { uniformValues } from '@residual/tensor';
import { adamW, allWindows, languageModelLoss, train } from '@residual/train';
import { withoutMask } from './leak.js';

/** How two tiny models learn, one under the causal mask and one without it. */
export interface TinyModels {
  /** The number of different tokens; the loss of a blind guess is its natural logarithm. */
  readonly vocab: number;
  /** The loss after each step. */
  readonly masked: readonly number[];
  readonly leaking: readonly number[];
}

const [vocab, length, batch, steps] = [8, 12, 8, 80];

/**
 * Trains two models of one block on random tokens, new ones at each step: nothing before a token tells which one comes
 * next, so that a model can do better than a blind guess only by looking at it.
 */
export async function compareTinyModels(): Promise<TinyModels> {
  return { vocab, masked: await lossesOf(false), leaking: await lossesOf(true) };
}

async function lossesOf(leak: boolean): Promise<number[]> {
  const specialTokens = { bos: 0, eos: 0 };
  const config = gpt2Config({ vocab, modelDim: 32, heads: 2, depth: 1, maxPositions: length, specialTokens });
  const model = await createModel(config, { seed: 1 });
  try {
    const { layer, weights } = causalOf('tour', model);
    const loss = languageModelLoss(leak ? hooked(layer, withoutMask()) : layer, { maxPositions: length });
    const settings = { steps, seed: 1, learningRate: 2e-2, optimizer: adamW({ weightDecay: 0 }) };
    const losses: number[] = [];
    for await (const event of train({ layer, weights, loss, batches: randomBatch, ...settings }))
      if (event.type === 'step') losses.push(event.loss);
    return losses;
  } finally {
    model.dispose();
  }
}

/** Random tokens of one step, as windows [batch, length]. */
function randomBatch(step: number) {
  const draws = uniformValues(step, 'randomBatch', batch * length + 1);
  const ids = Int32Array.from(draws, draw => Math.floor(draw * vocab));
  return [...allWindows(ids, { length, batch })][0]!;
}
