import '@residual/testkit/wasm';
import { memoryUsage } from '@residual/tensor';
import { turnsOf } from '@residual/testkit/turns-of';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadModel } from '../load/load-model.js';
import type { Model } from '../model.js';
import { fixtureFiles } from '../testing/fixture-files.js';

let model: Model;
beforeAll(async () => {
  model = await loadModel(fixtureFiles('fixtures/models/stories260k'));
});
afterAll(() => model.dispose());

const greedy = { temperature: 0, eosTokenId: [] };
const long = Array.from({ length: 400 }, (_, i) => 3 + ((i * 7) % 200));

test('concurrent generations take steps in turn, yield to the event loop, and equal each text alone', async () => {
  const prompts = ['Once upon a time', 'The', 'One day a cat', 'Tim'];
  const alone: string[] = [];
  for (const prompt of prompts)
    alone.push((await model.generate(prompt, { ...greedy, maxNewTokens: 20 }).result()).text);
  const log: number[] = [];
  const texts = prompts.map(() => '');
  const run = async (prompt: string, i: number) => {
    for await (const { text } of model.generate(prompt, { ...greedy, maxNewTokens: 20 })) {
      log.push(i);
      texts[i] += text;
    }
  };
  const turns = await turnsOf(() => Promise.all(prompts.map(run)));
  expect(texts).toEqual(alone);
  expect(log).toEqual(Array.from({ length: 80 }, (_, step) => step % 4));
  expect(turns).toBeGreaterThanOrEqual(20); // four tokens share a pass
});

test('a long prompt is read in several passes, and other generations continue between them', async () => {
  const log: string[] = [];
  const run = async (name: string, prompt: string | number[], maxNewTokens: number) => {
    for await (const _ of model.generate(prompt, { ...greedy, maxNewTokens })) log.push(name);
  };
  await Promise.all([run('L', long, 2), run('a', 'Once', 12), run('b', 'The', 12)]);
  expect(log.slice(0, log.indexOf('L')).join('')).toBe('abababababab'); // 400 tokens are 7 passes of at most 64
  const turns = await turnsOf(() => run('L', long, 1));
  expect(turns).toBeGreaterThanOrEqual(7);
});

test('batches, beam searches and vectors of several texts yield to the event loop too', async () => {
  const batch = await turnsOf(() => model.generateBatch([long, long, long], { ...greedy, maxNewTokens: 1 }).result());
  expect(batch).toBeGreaterThanOrEqual(20); // 21 tokens of each of three sequences per pass
  const beams = await turnsOf(() =>
    model.beamSearch('Once', { numBeams: 3, eosTokenId: [], maxNewTokens: 9 }).result(),
  );
  expect(beams).toBeGreaterThanOrEqual(9);
  const vectors = await turnsOf(() => model.embedBatch(Array(6).fill('Once upon'), { batch: 1 }));
  expect(vectors).toBeGreaterThanOrEqual(6);
});

test('sources are encoded and aligned a few at a time, and an abort in between leaks nothing', async () => {
  const translator = await loadModel(fixtureFiles('packages/model-en-fr/model'));
  const before = memoryUsage();
  const texts = Array(24).fill('The cat sleeps on the table near the door.');
  const steps = 2;
  const translation = await turnsOf(() => translator.translate(texts, { maxNewTokens: steps }).result());
  const withAlignments = await turnsOf(() =>
    translator.translate(texts, { maxNewTokens: steps, alignments: true }).result(),
  );
  expect(translation).toBeGreaterThanOrEqual(steps + 24 / 6); // six sources of ten tokens or more fill a pass of 64
  expect(withAlignments).toBeGreaterThanOrEqual(translation + 24 / 6);
  const abort = new AbortController();
  const running = translator.translate(texts, { maxNewTokens: steps, signal: abort.signal }).result();
  for (let turn = 0; turn < 3; turn++) await new Promise(resolve => setImmediate(resolve));
  const reason = new Error('enough');
  abort.abort(reason);
  await expect(running).rejects.toBe(reason);
  expect(memoryUsage()).toEqual(before);
  translator.dispose();
});

test('a generation aborted while it reads its prompt leaks nothing, and the others continue', async () => {
  const before = memoryUsage();
  const abort = new AbortController();
  const running = model.generate(long, { ...greedy, maxNewTokens: 5, signal: abort.signal }).result();
  const other = model.generate('Once', { ...greedy, maxNewTokens: 9 }).result();
  for (let turn = 0; turn < 3; turn++) await new Promise(resolve => setImmediate(resolve));
  const reason = new Error('enough');
  abort.abort(reason);
  await expect(running).rejects.toBe(reason);
  expect((await other).newTokens).toHaveLength(9);
  expect(memoryUsage()).toEqual(before);
});
