import '@residual/testkit/wasm';
import { strokeTokenizer } from '@residual/vision';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadModel } from '../load/load-model.js';
import type { Model } from '../model.js';
import { drawingModel } from '../testing/drawing-model.js';
import { fixtureFiles } from '../testing/fixture-files.js';
import type { DrawOptions } from './options.js';

const strokes = strokeTokenizer({ grid: 5 });
let model: Model;
beforeAll(async () => {
  model = await drawingModel();
});
afterAll(() => model.dispose());

test('a drawing that is begun goes on in its box', async () => {
  const box = { left: 100, top: 20, width: 80, height: 40 };
  const begun = [
    [
      [100, 20],
      [180, 60],
    ],
    [[140, 40]],
  ] as const;
  const { drawing, added, tokens, promptLength } = await model
    .draw('cat', { begun, box, temperature: 1, seed: 2, maxNewTokens: 12 })
    .result();
  const start = [28 + 1, strokes.bosTokenId, ...[5, 19], strokes.upTokenId, 12, strokes.upTokenId];
  expect([tokens.slice(0, promptLength), start.length]).toEqual([start, promptLength]);
  expect(drawing.slice(0, 2)).toEqual([
    [
      [100, 20],
      [180, 60],
    ],
    [[140, 40]],
  ]);
  expect(drawing.slice(2)).toEqual(added);
  const inGrid = strokes.decode(tokens.slice(promptLength));
  expect(added).toEqual(inGrid.map(stroke => stroke.map(([x, y]) => [100 + 20 * x, 20 + 20 * (y - 1)])));
});

test('the pen has a temperature of its own, and what it draws another', async () => {
  const options = { seed: 1, maxNewTokens: 30 };
  const ofKind = async (more: DrawOptions) => {
    const steps = [];
    for (let seed = 0; seed < 8; seed++)
      for await (const step of model.draw('sun', { ...options, ...more, seed })) steps.push(step);
    return steps;
  };
  // with a low temperature of points each is the most likely point, however often the pen is lifted
  const careful = await ofKind({ temperature: 1e-7, penTemperature: 3 });
  expect(careful.filter(({ kind }) => kind !== 'point').length).toBeGreaterThan(1);
  for (const { kind, topLogprobs, token } of await ofKind({ temperature: 1e-7, penTemperature: 3, topLogprobs: 28 }))
    if (kind === 'point') expect(topLogprobs.find(choice => choice.token < 25)!.token).toBe(token);
});

test('drawings together are as long as the positions leave behind the longest prompt', async () => {
  const words = ['cat sun cat sun cat', 'sun'];
  const options = { temperature: 1, seed: 4, guidanceScale: 1.5 };
  for (const [i, { tokens, finishReason }] of (await model.draw(words, options).result()).entries())
    if (finishReason !== 'eos') expect(tokens).toHaveLength(i === 0 ? 40 : 36);
  const [first] = await model.draw(['cat sun cat sun cat'], { ...options, maxNewTokens: 1000 }).result();
  expect(first!.tokens.length).toBeLessThanOrEqual(40);
});

test('what is not drawn is refused', async () => {
  const refusal = async (words: unknown, options: object = {}) =>
    model
      .draw(words as string, options)
      .result()
      .then(String, error => (error as Error).message);
  expect(await refusal('odd words')).toBe('draw: the model knows no word of "odd words"');
  expect(await refusal([])).toBe('draw: there are no words');
  expect(await refusal('cat', { penTemperature: 0 })).toBe('draw: penTemperature is 0; it must be a number above 0');
  expect(await refusal('cat', { temperature: 0, penTemperature: 1 })).toBe(
    'draw: penTemperature is 1 and temperature 0; what is not sampled has none',
  );
  expect(await refusal('cat', { box: { left: 0, top: 0, width: 0, height: 1 } })).toContain('draw: box is {');
  expect(await refusal('cat', { begun: [[]] })).toBe('encode: stroke 0 is []; it must be a list of one point or more');
  expect(await refusal('cat', { ablate: [] })).toContain('draw: ablate is not an option');
  const zigzag = Array.from({ length: 60 }, (_, i) => [i % 5, (i * 3) % 5] as const);
  expect(await refusal('cat', { begun: [zigzag] })).toMatch(/^generate: prompt of \d+ tokens is longer than the 40/);
  const stories = await loadModel(fixtureFiles('fixtures/models/stories260k'));
  await expect(stories.draw('cat').result()).rejects.toThrow(
    'draw: this is a model of the family llama, which does not draw',
  );
  stories.dispose();
});
