import '@residual/testkit/wasm';
import { memoryUsage, ResidualError } from '@residual/tensor';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createModel } from '../load/create-model.js';
import { type LoadModelOptions, loadModel } from '../load/load-model.js';
import type { ModelSource } from '../load/sources/source.js';
import type { Model } from '../model.js';
import { fixtureFiles } from '../testing/fixture-files.js';
import { CachedBatch } from './cached-batch.js';

/** The number of tokens of each pass over a prompt. */
let passes: number[];
beforeEach(() => {
  passes = [];
  const { feed } = CachedBatch.prototype;
  vi.spyOn(CachedBatch.prototype, 'feed').mockImplementation(function (this: CachedBatch, ids, ...rest) {
    if (ids[0]!.length > 1) passes.push(ids[0]!.length);
    return feed.call(this, ids, ...rest);
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

const stories = fixtureFiles('fixtures/models/stories260k');
const options = { temperature: 0, eosTokenId: [], maxNewTokens: 6 } as const;
/** A system prompt of `shared` tokens, and `own` more of one conversation. */
const promptOf = (shared: number, own: number, seed = 1) =>
  Array.from({ length: shared + own }, (_, i) => 3 + ((i * 31 + (i < shared ? 0 : seed * 97)) % 400));

/** The steps of a generation, to the last bit. */
async function stepsOf(model: Model, prompt: readonly number[], more: object = {}) {
  const steps: unknown[] = [];
  for await (const { token, logprob } of model.generate(prompt, { ...options, ...more })) steps.push(token, logprob);
  return steps;
}

/** A checkpoint of state spaces and attention. */
async function hybrid(): Promise<ModelSource> {
  const config = {
    model_type: 'bamba',
    architectures: ['BambaForCausalLM'],
    ...{ vocab_size: 403, hidden_size: 8, intermediate_size: 12, num_hidden_layers: 3, attn_layer_indices: [1] },
    ...{ num_attention_heads: 2, num_key_value_heads: 1, max_position_embeddings: 512 },
    ...{ mamba_n_heads: 4, mamba_d_head: 4, mamba_d_state: 3, mamba_n_groups: 2 },
  };
  using made = await createModel(config, { seed: 3 });
  return await made.save();
}

test.for([
  ['grouped heads', 'f32', async () => stories],
  ['keys in 8 bits', 'int8', async () => stories],
  ['hybrid layers', 'f32', hybrid],
] as const)(
  '%s: a prompt computes only what follows a shared beginning, and its text stays',
  async ([, cache, source]) => {
    const open = async (more: LoadModelOptions) => loadModel(await source(), more);
    using plain = await open({});
    const prompts = [
      promptOf(150, 40, 1),
      promptOf(150, 9, 2),
      promptOf(150, 60, 3),
      promptOf(128, 0),
      promptOf(40, 0),
    ];
    const expected = [];
    for (const prompt of prompts) expected.push(await stepsOf(plain, prompt, { cache }));
    using model = await open({ prefixCache: { bytes: 1e7 } });
    passes.length = 0;
    expect(await stepsOf(model, prompts[0]!, { cache })).toEqual(expected[0]);
    expect(passes).toEqual([64, 64, 62]);
    passes.length = 0;
    expect(await stepsOf(model, prompts[1]!, { cache })).toEqual(expected[1]);
    expect(passes).toEqual([31]);
    const usage = memoryUsage();
    for (const [i, prompt] of prompts.entries()) expect(await stepsOf(model, prompt, { cache })).toEqual(expected[i]);
    expect(memoryUsage().tensors - usage.tensors).toBeLessThan(30); // the third block of one prompt
    const together = await Promise.all(prompts.map(prompt => stepsOf(model, prompt, { cache })));
    expect(together).toEqual(expected);
    passes.length = 0;
    await stepsOf(model, prompts[0]!, { cache: cache === 'f32' ? 'f16' : 'f32' }); // in another form
    expect(passes).toEqual([64, 64, 62]);
  },
);

test('the bytes stay within the budget, what was used least recently goes first, and disposing frees all', async () => {
  const before = memoryUsage();
  const one = await loadModel(stories, { prefixCache: { bytes: 1e9 } });
  await stepsOf(one, promptOf(65, 0));
  const block = one.prefixCacheBytes;
  expect(block).toBe(2 * 5 * 4 * 8 * 64 * 4); // keys and values of 5 layers with 4 heads of 8
  one.dispose();
  expect(memoryUsage()).toEqual(before);
  using model = await loadModel(stories, { prefixCache: { bytes: 3.5 * block } });
  const passesOf = async (prompt: readonly number[]) => {
    passes.length = 0;
    await stepsOf(model, prompt);
    expect(model.prefixCacheBytes).toBeLessThanOrEqual(3.5 * block);
    return passes.length;
  };
  const [a, b, c] = [promptOf(0, 70, 1), promptOf(0, 70, 2), promptOf(0, 140, 3)];
  expect([await passesOf(a), await passesOf(b), await passesOf(a), await passesOf(c)]).toEqual([2, 2, 1, 3]);
  expect([await passesOf(a), await passesOf(b)]).toEqual([1, 2]); // b was evicted
});

test('replaced weights, taps and batches do not read it', async () => {
  using model = await loadModel(stories, { prefixCache: { bytes: 1e7 } });
  const prompt = promptOf(100, 0);
  await stepsOf(model, prompt);
  passes.length = 0;
  await stepsOf(model, prompt, { taps: ['decoder.output'] });
  expect(passes).toEqual([100]); // taps see the whole prompt
  passes.length = 0;
  await model.generateBatch([prompt, promptOf(9, 0)], options).result();
  expect(passes.reduce((sum, length) => sum + length)).toBeGreaterThanOrEqual(100);
  const tree = model.weights as unknown as { decoder: { norm: { weight: { dispose(): void } } } };
  using other = await loadModel(stories);
  const donor = other.weights as unknown as typeof tree;
  [tree.decoder.norm.weight, donor.decoder.norm.weight] = [donor.decoder.norm.weight, tree.decoder.norm.weight];
  passes.length = 0;
  await stepsOf(model, prompt);
  expect(passes).toEqual([64, 36]);
});

test('a budget that is no number of bytes is an error', async () => {
  await expect(loadModel(stories, { prefixCache: { bytes: 0.5 } })).rejects.toThrow(ResidualError);
  await expect(loadModel(stories, { prefixCache: { size: 5 } as never })).rejects.toThrow('prefixCache');
});
