import '@residual/testkit/wasm';
import { memoryUsage } from '@residual/tensor';
import { expect, inject, test } from 'vitest';
import { loadModel } from '../load/load-model.js';
import { fixtureFiles } from '../testing/fixture-files.js';

/** Grouped heads with windows, sinks, latent keys, alibi, and state spaces or gated deltas between attentions. */
const names = ['mistral', 'gemma3', 'gpt-oss', 'minicpm3', 'mpt', 'falcon-h1', 'qwen3-next'];

/** How many generations run of each: 504 of all by `npm test -- --everywhere`. */
const count = inject('everywhere') ? 72 : 6;

/** A number from 0 to n - 1 that looks random. */
const draw = (n: number, ...seeds: readonly number[]) =>
  Math.abs(seeds.reduce((sum, seed) => Math.imul(sum ^ (seed + 1), 0x9e3779b1) ^ (sum >>> 13), 7)) % n;

test.for(names)('%s: generations that join, leave and abort equal those alone to the last bit', async name => {
  const model = await loadModel(fixtureFiles(`fixtures/architectures/${name}`));
  const { vocab, maxPositions } = model;
  const lengths = Array.from({ length: count }, (_, i) => 1 + draw(Math.min(24, maxPositions - 13), i, 2));
  const prompts = lengths.map((length, i) => Array.from({ length }, (_, j) => draw(vocab, i, j)));
  const stepsOf = async (i: number, signal?: AbortSignal) => {
    const steps: number[] = [];
    const settings = { temperature: i % 2, seed: i, eosTokenId: [], maxNewTokens: 3 + draw(9, i) };
    for await (const { token, logprob } of model.generate(prompts[i]!, { ...settings, ...(signal && { signal }) }))
      steps.push(token, logprob);
    return steps;
  };
  const alone: number[][] = [];
  for (const i of prompts.keys()) alone.push(await stepsOf(i));
  const before = memoryUsage();
  const run = async (i: number) => {
    for (let turn = draw(4 * count, i, 5); turn > 0; turn--) await new Promise(resolve => setImmediate(resolve));
    const abort = new AbortController();
    const neighbour = stepsOf(i, abort.signal).catch(reason => expect(reason).toBe(abort.signal.reason));
    setImmediate(() => abort.abort());
    expect(await stepsOf(i)).toEqual(alone[i]);
    await neighbour;
  };
  await Promise.all(prompts.map((_, i) => run(i)));
  expect(memoryUsage()).toEqual(before);
  model.dispose();
});
