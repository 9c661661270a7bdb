import '@residual/testkit/wasm';
import { keep, memoryUsage, mul, type Tensor, tidy } from '@residual/tensor';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { loadModel } from '../load/load-model.js';
import type { Model } from '../model.js';
import { fixtureFiles } from '../testing/fixture-files.js';
import { CapturedSteps } from './captured-steps.js';

/** The names of the steps that ran eagerly, not by a replay. */
let eagerSteps: string[];

beforeEach(() => {
  eagerSteps = [];
  const { run } = CapturedSteps.prototype;
  vi.spyOn(CapturedSteps.prototype, 'run').mockImplementation(function (this: CapturedSteps, name, ...rest) {
    const [inputs, step, cached] = rest;
    const countedStep = () => {
      eagerSteps.push(name);
      return step();
    };
    return run.call(this, name, inputs, countedStep, cached);
  });
});

afterEach(() => {
  vi.restoreAllMocks();
});

const greedy = { temperature: 0, maxNewTokens: 9 };
const families = ['gpt2', 'llama', 'llama3-rope', 'bart', 'flan-t5-gated', 'm2m100', 'marian', 'mbart', 't5'];

test.for(families)('%s: the second generation replays what the first captured, and no tensors are kept', async name => {
  const before = memoryUsage();
  const model = await loadModel(fixtureFiles(`fixtures/checkpoints/${name}`));
  const usage = memoryUsage();
  const first = await model.generate([5, 7, 11], greedy).result();
  expect(eagerSteps).toContain(name === 'm2m100' ? 'first f32' : 'step f32'); // m2m100 ends at once
  expect(memoryUsage()).toEqual(usage);
  eagerSteps.length = 0;
  const second = await model.generate([5, 7, 11], greedy).result();
  expect(second.tokens).toEqual(first.tokens);
  expect(eagerSteps).toEqual([]);
  expect(memoryUsage()).toEqual(usage);
  model.dispose();
  expect(memoryUsage()).toEqual(before);
});

const stories = () => loadModel(fixtureFiles('packages/model-stories/model'));

/** Replaces a weight as training does: a new tensor, and the old one is freed. */
function scaleFinalNorm(model: Model, factor: number): void {
  const norm = (model.weights as unknown as { decoder: { norm: { weight: Tensor } } }).decoder.norm;
  const old = norm.weight;
  norm.weight = tidy(() => keep(mul(old, factor)));
  old.dispose();
}

test('a weight that is replaced between two calls, or between two steps, is read from then on', async () => {
  const model = await stories();
  await model.generate('Once', greedy).result();
  scaleFinalNorm(model, 0.5);
  const replaced = await model.generate('Once', greedy).result();
  scaleFinalNorm(model, 2);
  const logprobs: number[] = [];
  for await (const { index, logprob } of model.generate('Once', greedy)) {
    logprobs.push(logprob);
    if (index === 3) scaleFinalNorm(model, 0.5);
  }
  scaleFinalNorm(model, 2);
  const original = await model.generate('Once', greedy).result();
  expect(replaced.logprob).not.toBeCloseTo(original.logprob, 1);
  const uncaptured: number[] = [];
  const taps = ['decoder.output']; // steps with taps are not captured
  for await (const { index, logprob } of model.generate('Once', { ...greedy, taps })) {
    uncaptured.push(logprob);
    if (index === 3) scaleFinalNorm(model, 0.5);
  }
  for (const [i, logprob] of uncaptured.entries()) expect(logprobs[i]).toBeCloseTo(logprob, 4);
  model.dispose();
});

test('a weight that was freed and not replaced is an error, not a hang', async () => {
  const model = await stories();
  await model.generate('Once', greedy).result();
  (model.weights as unknown as { decoder: { norm: { weight: Tensor } } }).decoder.norm.weight.dispose();
  await expect(model.generate('Once', greedy).result()).rejects.toThrow(/dispose/);
  model.dispose();
});

test('concurrent generations share captured steps; one that ends early does not disturb the others', async () => {
  const model = await stories();
  const prompts = ['Once upon a time', 'The dog', 'A big red ball'];
  const alone: string[] = [];
  for (const prompt of prompts) alone.push((await model.generate(prompt, greedy).result()).text);
  const usage = memoryUsage();
  const iteration = model.generate('Lily', greedy)[Symbol.asyncIterator]();
  await iteration.next();
  const running = prompts.map((prompt, i) => model.generate(prompt, { ...greedy, maxNewTokens: 9 - i }).result());
  await iteration.next();
  await iteration.return(undefined as never);
  const together = await Promise.all(running);
  for (const [i, { text }] of together.entries()) expect(alone[i]!.startsWith(text)).toBe(true);
  expect(memoryUsage()).toEqual(usage);
  model.dispose();
});

test('a pass of several generations is captured once for caches of the same capacities, in any order', async () => {
  const model = await loadModel(fixtureFiles('fixtures/models/stories260k'));
  const prompts = [70, 5, 9].map((length, i) => Array.from({ length }, (_, j) => 3 + ((i * 89 + j * 31) % 400)));
  const usage = memoryUsage();
  const run = (each: readonly number[][]) =>
    Promise.all(each.map(async prompt => (await model.generate(prompt, { ...greedy, eosTokenId: [] }).result()).text));
  const first = await run(prompts);
  expect(eagerSteps.filter(name => name === 'step f32 f32 f32')).toHaveLength(1); // two hold 64 positions, one 128
  expect(memoryUsage()).toEqual(usage);
  eagerSteps.length = 0;
  expect(await run(prompts.toReversed())).toEqual(first.toReversed());
  expect(eagerSteps).not.toContain('step f32 f32 f32');
  expect(memoryUsage()).toEqual(usage);
  model.dispose();
});
