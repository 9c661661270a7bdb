import { memoryUsage } from '@residual/tensor';
import { wasmMemoryUsage } from '@residual/testkit/wasm';
import { expect, test } from 'vitest';
import { loadModel } from './load/load-model.js';
import { fixtureFiles } from './testing/fixture-files.js';

const load = () => loadModel(fixtureFiles('fixtures/checkpoints/gpt2'));

test('1,000 generations, including aborted and failing ones, leak nothing', async () => {
  const model = await load();
  const before = memoryUsage();
  for (let i = 0; i < 1000; i++) {
    const abort = new AbortController();
    const options = { temperature: 0.9, seed: i, eosTokenId: [], maxNewTokens: 3, signal: abort.signal };
    const run = async () => {
      for await (const step of model.generate([3, 5, 7], options)) {
        if (i % 3 === 1 && step.index === 1) abort.abort();
        if (i % 3 === 2 && step.index === 1) throw new Error('the reader failed');
      }
    };
    if (i % 3 === 0) await run();
    else await expect(run()).rejects.toThrow(i % 3 === 1 ? 'abort' : 'the reader failed');
  }
  expect(memoryUsage()).toEqual(before);
  model.dispose();
});

test('repeated loading uses no more memory than the first load, and an aborted load leaks nothing', async () => {
  const before = memoryUsage();
  const first = await load();
  const withModel = memoryUsage();
  first.dispose();
  expect(memoryUsage()).toEqual(before);
  for (let i = 0; i < 5; i++) {
    const again = await load();
    expect(memoryUsage()).toEqual(withModel);
    again.dispose();
  }
  const abort = new AbortController();
  const onProgress = ({ stage }: { stage: string }) => stage === 'weights' && abort.abort();
  const aborted = loadModel(fixtureFiles('fixtures/checkpoints/gpt2'), { signal: abort.signal, onProgress });
  await expect(aborted).rejects.toThrow('abort');
  expect(memoryUsage()).toEqual(before);
});

test('a load reuses the memory of a disposed model: the heap stays the same', async () => {
  const sizes: number[] = [];
  for (let i = 0; i < 4; i++) {
    const model = await loadModel(fixtureFiles('packages/model-stories/model'));
    await model.generate([5, 7, 11], { eosTokenId: [], maxNewTokens: 3 }).result();
    sizes.push(wasmMemoryUsage().heapBytes);
    model.dispose();
  }
  expect(sizes[0]).toBeGreaterThan(9.4e6); // 8 bits of each weight
  expect(new Set(sizes).size).toBe(1);
});

test('errors of bad prompts and options name both sides', async () => {
  const model = await load();
  const before = memoryUsage();
  const failure = async (prompt: number[], options = {}) =>
    model
      .generate(prompt, options)
      .result()
      .catch((error: Error) => error.message);
  expect(await failure([])).toBe('generate: the prompt has no tokens');
  expect(await failure([1, 128])).toBe('generate: prompt id 128 is outside the vocabulary of 128');
  expect(await failure(new Array(65).fill(1))).toBe(
    'generate: prompt of 65 tokens is longer than the 64 positions this model has',
  );
  expect(await failure([1], { maxNewTokens: 1.5 })).toBe(
    'generate: maxNewTokens is 1.5; it must be a whole number, 0 or more',
  );
  for (const options of [{ temperature: -1 }, { temperature: Number.NaN }, { temperature: 1, topP: 0 }]) {
    expect(await failure([1], options)).toMatch(/^sampling: (temperature|topP) is /);
  }
  expect(await failure([1], { temperature: 1, topK: 0 })).toMatch(/^sampling: topK is 0/);
  expect(await failure([1], { temperature: 1, seed: 0.5 })).toMatch(/^sampling: seed is 0.5/);
  const none = await model.generate([4, 5], { maxNewTokens: 0 }).result();
  expect([none.tokens, none.finishReason]).toEqual([[4, 5], 'length']);
  const full = await model.generate([4, 5], { eosTokenId: [], maxNewTokens: 100 }).result();
  expect([full.tokens.length, full.finishReason]).toEqual([64, 'positions']);
  expect(memoryUsage()).toEqual(before);
  model.dispose();
});
