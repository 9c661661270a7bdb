import '@residual/testkit/wasm';
import { expect, test } from 'vitest';
import { type Fields, fileOf, greedyDecode, idsOf, jsonFile, referenceOf, weightsOf } from '../../test/reference.js';
import { settings } from '../../test/settings.js';
import { loadModel } from '../load/load-model.js';

const files = (config: Fields) =>
  new Map([
    ['config.json', jsonFile(config)],
    ['model.safetensors', fileOf(weightsOf(config, 5))],
  ]);
const newFields = Object.entries(settings).find(([name]) => name.startsWith('llama: newer'))![1];
const learned = settings['gpt2: tanh']!;
const greedy = { temperature: 0, eosTokenId: [] };

test('a text ends at maxPositions, unless maxLength says otherwise', async () => {
  const model = await loadModel(files({ ...newFields, max_position_embeddings: 9 }));
  expect([model.maxPositions, model.openEnded]).toEqual([9, true]);
  const short = await model.generate([1, 2, 3], { ...greedy, maxNewTokens: 20 }).result();
  expect([short.tokens.length, short.finishReason]).toEqual([9, 'positions']);
  const long = await model.generate([1, 2, 3], { ...greedy, maxNewTokens: 20, maxLength: 100 }).result();
  expect([long.tokens.length, long.finishReason]).toEqual([23, 'length']);
  const bounded = await model.generate([1, 2, 3], { ...greedy, maxNewTokens: 20, maxLength: 15 }).result();
  expect([bounded.tokens, bounded.finishReason]).toEqual([long.tokens.slice(0, 15), 'positions']);
  model.dispose();
});

test('with dynamic scaling maxPositions is the factor times the original number of positions', async () => {
  const scaling = { type: 'dynamic', factor: 2.5 };
  const model = await loadModel(
    files({ ...newFields, rope_parameters: null, rope_scaling: scaling, max_position_embeddings: 9 }),
  );
  expect(model.maxPositions).toBe(22);
  model.dispose();
});

test('a maxLength above the number of learned positions is refused', async () => {
  const model = await loadModel(files(learned));
  expect([model.maxPositions, model.openEnded]).toEqual([40, false]);
  const failure = (maxLength: number) =>
    model
      .generate([1], { ...greedy, maxLength })
      .result()
      .catch((error: Error) => error.message);
  expect(await failure(41)).toBe('generate: maxLength is 41; this model has 40 learned position embeddings');
  expect(await failure(2.5)).toBe('generate: maxLength is 2.5; it must be a whole number, 1 or more');
  const few = await model.generate([1, 2], { ...greedy, maxLength: 5 }).result();
  expect([few.tokens.length, few.finishReason]).toEqual([5, 'positions']);
  model.dispose();
});

test.each([
  ['rotary', { ...newFields, max_position_embeddings: 9 }],
  ['learned', { ...learned, n_positions: 9 }],
])(
  'sequences of a batch end at their own last position, with the tokens of each alone: %s positions',
  async (_, config) => {
    const model = await loadModel(files(config));
    const prompts = [
      [1, 2, 3, 4, 5, 6, 7],
      [8, 9],
      [3, 1, 4, 1],
    ];
    const options = { ...greedy, maxNewTokens: 20 };
    const alone = [];
    for (const prompt of prompts) alone.push(await model.generate(prompt, options).result());
    expect(alone.map(({ tokens, finishReason }) => [tokens.length, finishReason])).toEqual(
      prompts.map(() => [9, 'positions']),
    );
    for (const more of [{}, { taps: ['decoder.layers.*.attention.weights'] }]) {
      const batch = await model.generateBatch(prompts, { ...options, ...more }).result();
      expect(batch.map(({ tokens, finishReason }) => [tokens, finishReason])).toEqual(
        alone.map(({ tokens, finishReason }) => [tokens, finishReason]),
      );
    }
    model.dispose();
  },
);

test.each([
  ['plain', {}],
  ['dynamic', { rope_parameters: { rope_type: 'dynamic', factor: 2, rope_theta: 20 } }],
])('a prompt fed in several passes, far beyond maxPositions, continues as if fed in one: %s', async (_, fields) => {
  const config = { ...newFields, ...fields, max_position_embeddings: 60, num_hidden_layers: 1 };
  const model = await loadModel(files(config));
  const prompts = [idsOf(3, 300, 37), idsOf(4, 270, 37)];
  const { rows, margin } = greedyDecode(referenceOf(config, weightsOf(config, 5)), prompts, 6);
  expect(margin).toBeGreaterThan(1e-3);
  const outputs = await model.generateBatch(prompts, { ...greedy, maxNewTokens: 6, maxLength: 310 }).result();
  expect(outputs.map(({ tokens }) => tokens)).toEqual(rows);
  model.dispose();
});
