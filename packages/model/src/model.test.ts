import '@residual/testkit/cpu';
import '@residual/testkit/wasm';
import { memoryUsage, useBackend } from '@residual/tensor';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Step } from './generate/sampling-policy.js';
import { loadModel } from './load/load-model.js';
import type { Model } from './model.js';
import { causalOf } from './model-kind.js';
import { fixtureFiles } from './testing/fixture-files.js';

const options = { temperature: 0.9, seed: 2, eosTokenId: [], maxNewTokens: 12 };

let before: ReturnType<typeof memoryUsage>;
let model: Model;
beforeEach(async () => {
  await useBackend('wasm');
  before = memoryUsage();
  model = await loadModel(fixtureFiles('fixtures/checkpoints/gpt2'));
});
afterEach(async () => {
  await useBackend('wasm');
  model.dispose();
  expect(memoryUsage()).toEqual(before);
});

test('generations that take turns do not disturb each other', async () => {
  const prompts = [
    [3, 5, 7],
    [11, 13],
  ];
  const alone = await Promise.all(prompts.map(prompt => model.generate(prompt, options).result()));
  const running = prompts.map(prompt => model.generate(prompt, options)[Symbol.asyncIterator]());
  const tokens: number[][] = [[], []];
  for (let turn = 0; turn < 12; turn++)
    for (const [i, steps] of running.entries()) tokens[i]!.push(((await steps.next()).value as Step).token);
  await Promise.all(running.map(steps => steps.return([])));
  expect(tokens).toEqual(alone.map(({ newTokens }) => newTokens));
});

test('a model disposed during a generation rejects it, and cannot start another', async () => {
  const run = async () => {
    for await (const step of model.generate([3, 5], options)) if (step.index === 2) model.dispose();
  };
  await expect(run()).rejects.toThrow('Model: it was disposed');
  expect(memoryUsage()).toEqual(before);
  await expect(model.generate([3]).result()).rejects.toThrow('Model: it was disposed');
  await expect(model.forward([3])).rejects.toThrow('Model: it was disposed');
  await expect(model.save()).rejects.toThrow('Model: it was disposed');
});

test('a model rejects on another backend than its own, also during a generation', async () => {
  const message = "Model: the weights are on 'wasm', the active backend is 'cpu'; useBackend('wasm') or load it again";
  const run = async () => {
    for await (const step of model.generate([3, 5], options)) if (step.index === 2) await useBackend('cpu');
  };
  await expect(run()).rejects.toThrow(message);
  await expect(model.forward([3])).rejects.toThrow(message);
  await expect(model.generate([3]).result()).rejects.toThrow(message);
});

test('wrong paths of weights do not compile', () => {
  const { weights, layer } = causalOf('test', model);
  const [block] = weights.decoder.layers;
  expect(block!.attention.query.weight.shape).toEqual([layer.dim, layer.dim]);
  expect(model.weights.decoder.layers[0]!.mlp.up.weight).toBe(block!.mlp.up.weight);
  // @ts-expect-error a wrong path: quer
  expect(block!.attention.quer).toBeUndefined();
  // @ts-expect-error the same on the model itself
  expect(model.weights.decoder.layers[0]!.attention.quer).toBeUndefined();
  // @ts-expect-error a language model has no source
  expect(weights.source).toBeUndefined();
});

test('errors of forward and of a batch name what is wrong', async () => {
  await expect(model.forward([])).rejects.toThrow('forward: the prompt has no tokens');
  await expect(model.forward([3, -1])).rejects.toThrow('forward: prompt id -1 is outside the vocabulary of 128');
  await expect(model.forward(Array(70).fill(1))).rejects.toThrow(
    'forward: prompt of 70 tokens is longer than the 64 positions this model has',
  );
  await expect(model.forward('text')).rejects.toThrow('forward: this model has no tokenizer; give token ids');
  await expect(model.forward([3], { signal: AbortSignal.abort() })).rejects.toThrow('abort');
  await expect(model.generateBatch([]).result()).rejects.toThrow('generate: there is no prompt');
  await expect(model.forward([3], { taps: ['a..b'] })).rejects.toThrow("forward: taps: 'a..b' has the step ''");
  const taps = ['logits', 'decoder.layers.*.weights'];
  const unmatched =
    "taps: 'decoder.layers.*.weights' fits no tensor that came up; the nearest are decoder.layers.*.input, ";
  await expect(model.forward([3], { taps })).rejects.toThrow(`forward: ${unmatched}`);
  await expect(model.generate([3], { taps }).result()).rejects.toThrow(`generate: ${unmatched}`);
});

test('a model saved and loaded again computes the same', async () => {
  const files = await model.save();
  expect([...files.keys()]).toEqual(['config.json', 'generation_config.json', 'model.safetensors']);
  const again = await loadModel(files);
  expect((await again.forward([3, 5, 7])).logits).toEqual((await model.forward([3, 5, 7])).logits);
  again.dispose();
});
