import { isTensor, keep, memoryUsage, mul, type Tensor } from '@residual/tensor';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createModel } from '../load/create-model.js';
import type { Model } from '../model.js';

/** State spaces with a block of attention between them, so that a cache has both kinds. */
const config = {
  model_type: 'bamba',
  architectures: ['BambaForCausalLM'],
  ...{ vocab_size: 13, hidden_size: 8, intermediate_size: 12, num_hidden_layers: 3, attn_layer_indices: [1] },
  ...{ num_attention_heads: 2, num_key_value_heads: 1, max_position_embeddings: 64 },
  ...{ mamba_n_heads: 4, mamba_d_head: 4, mamba_d_state: 3, mamba_n_groups: 2 },
};

type Tree = { [name: string]: Tensor | Tree | undefined };

/** Makes the matrices of new weights 25 times as large, so that what a state holds changes what follows. */
function enlargeMatrices(tree: Tree): void {
  for (const [name, child] of Object.entries(tree)) {
    if (!isTensor(child)) enlargeMatrices(child ?? {});
    else if (child.shape.length === 2) {
      tree[name] = keep(mul(child, 25));
      child.dispose();
    }
  }
}

const before = memoryUsage();
let model: Model;
beforeAll(async () => {
  model = await createModel(config, { seed: 3 });
  enlargeMatrices(model.weights as unknown as Tree);
});
afterAll(() => {
  model.dispose();
  expect(memoryUsage()).toEqual(before);
});

/** The natural logs of the probabilities of each token after the first `from`, by one pass without a cache. */
async function logprobsOf(tokens: readonly number[], from: number): Promise<number[]> {
  const { predictions } = await model.forward(tokens, { topLogprobs: 1 });
  return predictions!.slice(from - 1, -1).map(({ logprob }) => logprob!);
}

/** The most likely continuation, by passes without a cache. */
async function continuation(prompt: readonly number[], length: number): Promise<number[]> {
  const tokens = [...prompt];
  for (let i = 0; i < length; i++) {
    const { predictions } = await model.forward(tokens, { topLogprobs: 1 });
    tokens.push(predictions!.at(-1)!.topLogprobs[0]!.token);
  }
  return tokens.slice(prompt.length);
}

test('a batch of unequal prompts continues from its states as each prompt does without a cache', async () => {
  const prompts = [[3, 1, 4, 1, 5, 9, 2], [6, 5], [3]];
  const found = await model.generateBatch(prompts, { temperature: 0, maxNewTokens: 6, eosTokenId: [] }).result();
  for (const [i, prompt] of prompts.entries()) expect(found[i]!.newTokens).toEqual(await continuation(prompt, 6));
});

test('the states of beams follow their parents: each score is that of its text', async () => {
  const prompt = [3, 1, 4];
  const options = { numBeams: 4, numReturnSequences: 4, maxNewTokens: 6, lengthPenalty: 0, eosTokenId: [] };
  const texts = await model.beamSearch(prompt, options).result();
  expect(new Set(texts.map(({ newTokens }) => newTokens.join())).size).toBe(4);
  for (const { newTokens, score } of texts) {
    const logprobs = await logprobsOf([...prompt, ...newTokens], prompt.length);
    expect(Math.abs(score - logprobs.reduce((sum, each) => sum + each))).toBeLessThan(1e-4);
  }
});
