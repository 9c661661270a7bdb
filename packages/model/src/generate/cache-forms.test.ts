import '@residual/testkit/wasm';
import { type CacheForm, memoryUsage, ResidualError } from '@residual/tensor';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadModel } from '../load/load-model.js';
import type { Model } from '../model.js';
import { fixtureFiles } from '../testing/fixture-files.js';

const forms = ['f16', 'int8'] as const;
let stories: Model;
let enFr: Model;
beforeAll(async () => {
  stories = await loadModel(fixtureFiles('packages/model-stories/model'));
  enFr = await loadModel(fixtureFiles('packages/model-en-fr/model'));
});
afterAll(() => {
  stories.dispose();
  enFr.dispose();
});

const options = { temperature: 0, maxNewTokens: 24 } as const;
const prompt = 'Once upon a time there was a little dog';

test.each(forms)('%s: the text is about as likely as with f32, and no tensors are kept', async cache => {
  const before = memoryUsage();
  const expected = await stories.generate(prompt, options).result();
  const actual = await stories.generate(prompt, { ...options, cache }).result();
  expect(actual.newTokens).toHaveLength(expected.newTokens.length);
  expect(Math.abs(actual.logprob - expected.logprob) / expected.newTokens.length).toBeLessThan(
    { f16: 1e-4, int8: 0.02 }[cache],
  );
  expect(actual.logprob).not.toBe(expected.logprob); // the form has an effect
  expect(memoryUsage()).toEqual(before);
});

test('the bytes of a running generation are those of the form', async () => {
  const bytesOf = async (cache: CacheForm) => {
    const steps = stories.generate(prompt, { ...options, cache })[Symbol.asyncIterator]();
    const before = memoryUsage().bytes;
    await steps.next();
    const bytes = memoryUsage().bytes - before;
    await steps.return(undefined as never);
    return bytes;
  };
  const [f32, f16, int8] = [await bytesOf('f32'), await bytesOf('f16'), await bytesOf('int8')];
  expect([f16 / f32, int8 / f32]).toEqual([0.5, 17 / 64]);
});

test.each([
  ['f16', 1],
  ['int8', 3],
] as const)('%s: translations with sources of unequal lengths by %i beams', async (cache, numBeams) => {
  const texts = ['Give me the wine.', 'He refused to pay the bill.'];
  const before = memoryUsage();
  const expected = await enFr.translate(texts, { numBeams }).result();
  const actual = await enFr.translate(texts, { numBeams, cache }).result();
  expect(actual.map(({ translation }) => translation)).toEqual(expected.map(({ translation }) => translation));
  for (const [i, { score }] of actual.entries()) expect(score).toBeCloseTo(expected[i]!.score, cache === 'f16' ? 3 : 1);
  expect(memoryUsage()).toEqual(before);
});

test('other forms are refused by the caller', async () => {
  const cache = 'int4' as CacheForm;
  const refused = (caller: string) =>
    new ResidualError('option', `${caller}: cache is "int4"; f32, f16 or int8 would fit`);
  await expect(stories.generate(prompt, { cache }).result()).rejects.toThrow(refused('generate'));
  await expect(stories.beamSearch(prompt, { cache }).result()).rejects.toThrow(refused('beamSearch'));
  await expect(enFr.translate('Hello.', { cache }).result()).rejects.toThrow(refused('translate'));
});
