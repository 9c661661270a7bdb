import '@residual/testkit/wasm';
import { memoryUsage, type Tensor, tensor } from '@residual/tensor';
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

test('a mix is drawn as a word whose vector is the weighted sum', async () => {
  const mix = {
    words: [
      ['cat', 7.5],
      ['sun', -15],
      ['cat sun', 0],
    ],
  } as const;
  const options = { temperature: 1, guidanceScale: 1.5, seed: 5, maxNewTokens: 12 };
  const other = await drawingModel();
  const { read } = (other.weights as unknown as { embedding: { read: { weight: Tensor } } }).embedding;
  const table = await read.weight.data(); // [UNK], cat, sun
  const width = read.weight.shape[1]!;
  const vector = Array.from({ length: width }, (_, i) => 7.5 * table[width + i]! - 15 * table[2 * width + i]!);
  read.weight.dispose();
  read.weight = tensor([...table.subarray(0, width), ...vector, ...table.subarray(2 * width)], [3, width]);
  const drawn = await model.draw(mix, options).result();
  const expected = await other.draw('cat', options).result();
  other.dispose();
  expect(drawn.newTokens).toEqual(expected.newTokens);
  expect(drawn.logprob).toBeCloseTo(expected.logprob, 4);
  const alone = await model.draw('cat', options).result();
  expect(Math.abs(drawn.logprob - alone.logprob)).toBeGreaterThan(0.001);
  expect(await model.draw({ words: [['cat', 1]] }, options).result()).toEqual(alone);
});

test('mixes and texts are drawn together as alone, and leave nothing behind', async () => {
  const half = {
    words: [
      ['cat sun cat', 0.5],
      ['sun', 0.5],
    ],
  } as const; // as sun sun sun
  const all = [
    'sun',
    half,
    'cat cat',
    {
      words: [
        ['cat', 2],
        ['sun', 1],
      ],
    },
  ] as const;
  for (const guidanceScale of [1, 1.5]) {
    const options = { temperature: 0, guidanceScale, maxNewTokens: 9 };
    const alone = [];
    for (const words of all) alone.push(await model.draw(words, options).result());
    const before = memoryUsage();
    const together = await model.draw(all, options).result();
    expect(memoryUsage()).toEqual(before);
    expect(together.map(({ newTokens }) => newTokens)).toEqual(alone.map(({ newTokens }) => newTokens));
    for (const [i, { logprob }] of together.entries()) expect(logprob).toBeCloseTo(alone[i]!.logprob, 4);
    expect(new Set(alone.map(({ logprob }) => logprob.toFixed(3))).size).toBe(all.length);
    // more rows than tokens of a pass, so that words are fed one by one
    const many = await model
      .draw(
        Array.from({ length: 40 }, () => half),
        options,
      )
      .result();
    for (const { newTokens } of many) expect(newTokens).toEqual(alone[1]!.newTokens);
    expect((await model.draw('sun', options).result()).newTokens).toEqual(alone[0]!.newTokens);
  }
});

test('what is not drawn is refused', async () => {
  const refusal = async (words: unknown, options: object = {}) =>
    model
      .draw(words as string, options)
      .result()
      .then(String, error => (error as Error).message);
  expect(await refusal('odd words')).toBe('draw: the model knows no word of "odd words"');
  expect(await refusal([])).toBe('draw: there are no words');
  expect(await refusal(5)).toBe('draw: words is 5; it must be a text, or { words: [[text, weight], ...] }');
  const mixed = (...words: readonly unknown[]) => refusal({ words });
  expect(await mixed(['cat', 'much'])).toBe('draw: words is [["cat","much"]]; it must be a list of [text, weight]');
  expect(await mixed(['cat', 0], ['sun', 0])).toBe('draw: of 2 mixed texts none has a weight other than 0');
  expect(await mixed(['cat', 1], ['', 1])).toBe('draw: the mixed text "" has no word');
  expect(await mixed(['cat', 1], ['odd', 1])).toBe('draw: the model knows no word of "odd"');
  expect(await refusal({ words: [], weights: [] })).toBe('draw: words: weights is not an option; options are words');
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
