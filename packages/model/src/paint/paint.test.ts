import '@residual/testkit/wasm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadModel } from '../load/load-model.js';
import type { Model } from '../model.js';
import { fixtureFiles } from '../testing/fixture-files.js';
import { paintingModel } from '../testing/painting-model.js';

let model: Model;
beforeAll(async () => {
  model = await paintingModel();
});
afterAll(() => model.dispose());

test('codes that are there stay, and the rest is painted', async () => {
  const codes = [4, 7, -1, 2, -1, 12, -1, -1, 1];
  const options = { temperature: 2, seed: 2, guidanceScale: 1.5 };
  const painted = await model.paint('cat', { ...options, codes }).result();
  for (const [i, code] of codes.entries())
    if (code >= 0) expect(painted.codes[i]).toBe(code);
    else expect(painted.codes[i]).toBeGreaterThanOrEqual(0);
  const steps = [];
  for await (const step of model.paint('cat', { ...options, codes })) steps.push([step.index, step.isGiven]);
  expect(steps).toEqual([2, 3, 4, 5, 6, 7, 8].map(index => [index, codes[index]! >= 0]));
  const all = [...painted.codes];
  expect([...(await model.paint('sun', { ...options, codes: all }).result()).codes]).toEqual(all);
});

test('several texts are painted together, each as it would be alone', async () => {
  const words = ['red cat', 'a red sun'];
  const together = await model.paint(words).result();
  for (const [i, text] of words.entries()) expect(together[i]!.codes).toEqual((await model.paint(text).result()).codes);
  const { unknownWords } = await model.paint('a red cat sun odd').result();
  expect(unknownWords).toEqual(['odd', 'sun']);
});

test('what is not painted is refused', async () => {
  const refusal = async (words: unknown, options: object = {}) =>
    model
      .paint(words as string, options)
      .result()
      .then(String, error => (error as Error).message);
  expect(await refusal('odd words')).toBe('paint: the model knows no word of "odd words"');
  expect(await refusal([])).toBe('paint: there are no words');
  expect(await refusal('cat', { codes: [1, 2] })).toBe('paint: 2 codes are given; a picture has 9, 3 rows of 3');
  expect(await refusal('cat', { codes: Array(9).fill(13) })).toContain('paint: code 0 is 13; it must be');
  expect(await refusal('cat', { codes: 'cat' })).toContain('paint: codes is "cat"; it must be a list of numbers');
  expect(await refusal('cat', { previewEvery: 0 })).toContain('paint: previewEvery is 0');
  expect(await refusal('cat', { maxNewTokens: 3 })).toContain('paint: maxNewTokens is not an option');
  await expect(model.decodeImage([1])).rejects.toThrow('decodeImage: 1 codes are given; a picture has 9');
  const small = { kind: 'pixels', shape: [1, 3, 8, 8], data: new Float32Array(192) } as const;
  await expect(model.encodeImage(small)).rejects.toThrow(
    'encodeImage: pictures are 8 x 8 px; this model reads 12 x 12',
  );
  const stories = await loadModel(fixtureFiles('fixtures/models/stories260k'));
  await expect(stories.paint('cat').result()).rejects.toThrow(
    'paint: this is a model of the family llama, which does not paint',
  );
  await expect(stories.encodeImage(small)).rejects.toThrow('this works on a model that turns pictures into codes');
  stories.dispose();
});
