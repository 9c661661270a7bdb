import '@residual/testkit/wasm';
import { memoryUsage } from '@residual/tensor';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { loadModel } from '../load/load-model.js';
import type { Model } from '../model.js';
import { fixtureFiles } from '../testing/fixture-files.js';
import * as together from './step-together.js';

vi.mock(import('./step-together.js'), async original => {
  const { stepTogether } = await original();
  return { stepTogether: vi.fn(stepTogether) };
});
/** The number of sequences of each pass that was shared. */
const sharedPasses = () => vi.mocked(together.stepTogether).mock.calls.map(([sequences]) => sequences.length);
afterEach(() => vi.mocked(together.stepTogether).mockClear());

const folder = 'fixtures/models/stories260k';
let model: Model;
beforeAll(async () => {
  model = await loadModel(fixtureFiles(folder));
});
afterAll(() => model.dispose());

/** A prompt of some tokens. */
const promptOf = (i: number, length: number) => Array.from({ length }, (_, j) => 3 + ((i * 89 + j * 31) % 400));

/** What a generation says of each token, to the last bit. */
async function stepsOf(run: Model, i: number, options: object = {}): Promise<readonly unknown[]> {
  const steps: unknown[] = [];
  const settings = { temperature: i % 3, seed: i, eosTokenId: [], maxNewTokens: 5 + ((i * 7) % 11), ...options };
  for await (const { token, logprob, text } of run.generate(promptOf(i, 1 + ((i * 13) % 70)), settings))
    steps.push([token, logprob, text]);
  return steps;
}

test('60 generations that join, leave and abort say to the last bit what each says alone', async () => {
  const alone = new Map<number, readonly unknown[]>();
  for (let i = 0; i < 60; i += 5) alone.set(i, await stepsOf(model, i));
  expect(sharedPasses()).toEqual([]);
  const before = memoryUsage();
  let aborted = 0;
  const run = async (i: number) => {
    for (let turn = 0; turn < (i * 17) % 40; turn++) await new Promise(resolve => setImmediate(resolve));
    if (i % 5 === 0) expect(await stepsOf(model, i)).toEqual(alone.get(i));
    else if (i % 5 === 1) for await (const { index } of model.generate(promptOf(i, 3))) if (index === i % 7) break;
    if (i % 5 < 2) return;
    const abort = new AbortController();
    const running = stepsOf(model, i, { signal: abort.signal });
    if (i % 5 === 2) setTimeout(() => abort.abort(), i);
    await running.catch(() => aborted++);
  };
  await Promise.all(Array.from({ length: 60 }, (_, i) => run(i)));
  expect(Math.max(...sharedPasses())).toBeGreaterThan(8);
  expect(aborted).toBeGreaterThan(0);
  expect(memoryUsage()).toEqual(before);
});

test.for(['int8', 'f16'] as const)('weights of %s are stepped so that no text depends on others', async form => {
  const packed = await loadModel(fixtureFiles(folder), { weights: form });
  const alone = [];
  for (let i = 0; i < 6; i++) alone.push(await stepsOf(packed, i));
  expect(await Promise.all(alone.map((_, i) => stepsOf(packed, i)))).toEqual(alone);
  expect(Math.max(0, ...sharedPasses())).toBe(0); // each by itself, which is faster
  packed.dispose();
});

test('a consumer that takes its time, or stops, holds up no other generation', async () => {
  const stopped = model.generate('Once', { temperature: 0 })[Symbol.asyncIterator]();
  for (let i = 0; i < 3; i++) await stopped.next();
  const [slow, fast] = await Promise.all([
    (async () => {
      let count = 0;
      for await (const _ of model.generate('Once', { temperature: 0, eosTokenId: [], maxNewTokens: 9 })) {
        count += 1;
        await new Promise(resolve => setTimeout(resolve, 2));
      }
      return count;
    })(),
    stepsOf(model, 3),
  ]);
  expect(slow).toBe(9);
  expect(fast).toHaveLength(15);
  await stopped.return(undefined as never);
});

test('a generation that reaches its last position ends alone', async () => {
  const short = model.generate(promptOf(1, 5), { temperature: 0, eosTokenId: [], maxLength: 9, maxNewTokens: 99 });
  const [ended, other] = await Promise.all([short.result(), stepsOf(model, 2)]);
  expect(ended.finishReason).toBe('positions');
  expect(other).toHaveLength(8);
});

test('a model that is disposed while steps wait for each other ends them with an error', async () => {
  const before = memoryUsage();
  const disposed = await loadModel(fixtureFiles(folder));
  const runs = [1, 2, 3].map(i => disposed.generate(promptOf(i, 5), { eosTokenId: [] })[Symbol.asyncIterator]());
  for (let i = 0; i < 3; i++) await Promise.all(runs.map(run => run.next()));
  const pending = runs.map(run => run.next());
  for (let i = 0; i < 30; i++) await undefined; // they have asked for their steps
  disposed.dispose();
  for (const each of await Promise.allSettled(pending)) expect(String(Object(each).reason)).toContain('disposed');
  expect(memoryUsage()).toEqual(before);
});
