import '@residual/testkit/wasm';
import { memoryUsage } from '@residual/tensor';
import { fixtureJson } from '@residual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadModel } from '../load/load-model.js';
import type { Model } from '../model.js';
import { parity } from '../parity/index.js';
import { fixtureFiles } from '../testing/fixture-files.js';

interface Golden {
  readonly examples: readonly {
    readonly en: string;
    readonly input_ids: readonly number[];
    readonly greedy: { readonly ids: readonly number[]; readonly text: string };
    readonly beam4: { readonly ids: readonly number[]; readonly text: string; readonly score: number };
  }[];
}

const folder = 'packages/model-en-fr/model';
let model: Model;
let examples: Golden['examples'];
const greedy = { temperature: 0 } as const;
/** Tokens without the end token. */
const withoutEnd = (tokens: readonly number[]) => tokens.filter(id => id !== 0);

beforeAll(async () => {
  model = await loadModel(fixtureFiles(folder));
  ({ examples } = await fixtureJson<Golden>('models/en-fr/golden.json'));
});
afterAll(() => model.dispose());

test('the tokens of the sentences are those of the reference', () => {
  expect(examples).toHaveLength(59);
  for (const { en, input_ids } of examples) expect(model.tokensOf(en)).toEqual(input_ids);
});

test('greedy translations are those of the reference, one at a time and in one batch', async () => {
  const before = memoryUsage();
  const expected = examples.map(({ greedy: { ids, text } }) => ({ ids, text }));
  const alone = [];
  for (const { en } of examples) alone.push(await model.generate(en, greedy).result());
  const together = await model
    .generateBatch(
      examples.map(({ en }) => en),
      greedy,
    )
    .result();
  for (const outputs of [alone, together])
    expect(outputs.map(({ newTokens, text }) => ({ ids: withoutEnd(newTokens), text }))).toEqual(expected);
  expect(memoryUsage()).toEqual(before);
});

test('translations by 4 beams are those of the reference, and so are their scores', async () => {
  const before = memoryUsage();
  const alone = [];
  for (const { en } of examples.slice(0, 20)) alone.push((await model.beamSearch(en, { numBeams: 4 }).result())[0]!);
  const together = await model
    .beamSearchBatch(
      examples.map(({ en }) => en),
      { numBeams: 4 },
    )
    .result();
  expect(together).toHaveLength(examples.length);
  for (const results of [alone, together.map(([best]) => best!)]) {
    expect(results.map(({ newTokens, text }) => ({ ids: withoutEnd(newTokens), text }))).toEqual(
      examples.slice(0, results.length).map(({ beam4: { ids, text } }) => ({ ids, text })),
    );
    const differences = results.map(({ score }, i) => Math.abs(score - examples[i]!.beam4.score));
    expect(Math.max(...differences)).toBeLessThan(1e-4);
  }
  expect(memoryUsage()).toEqual(before);
});

test.each([
  ['as shipped', {}],
  ['as float32', { weights: 'f32' as const }],
])('the logits and cross-attention weights of the translator, %s, are those of the reference', async (_, options) => {
  const report = await parity(fixtureFiles(folder, 'fixtures/models/en-fr'), options);
  expect(report.checks.filter(({ pass }) => !pass)).toEqual([]);
  const layers = [0, 1, 2, 3].map(layer => `cross_attentions.${layer}`);
  expect(report.checks.map(({ name }) => name).sort()).toEqual([...layers, 'logits']);
});

/**
 * Compares the predictions of one pass over a source and its translation with the steps of a search: with float32
 * weights to 4 digits, with packed ones, of which each product rounds its input, within 1e-4 of the largest logit.
 */
async function expectOnePass(model: Model, isPacked: boolean): Promise<void> {
  const before = memoryUsage();
  const [{ en }] = examples as [Golden['examples'][number]];
  const steps = [];
  for await (const step of model.generate(en, { temperature: 0, topLogprobs: 3 })) steps.push(step);
  const target = steps.slice(0, -1).map(({ token }) => token);
  const taps = ['decoder.layers.*.attention.weights', 'encoder.layers.1.attention.weights'];
  const output = await model.forward({ source: en, target }, { taps, topLogprobs: 3 });
  expect(output.tokens).toEqual([model.config.decoder_start_token_id, ...target]);
  expect(output.predictions).toHaveLength(steps.length);
  const within = isPacked
    ? 1e-4 * output.logits.data.reduce((most, logit) => Math.max(most, Math.abs(logit)), 0)
    : 5e-5;
  for (const [i, { token, logprob, topLogprobs }] of steps.entries()) {
    const prediction = output.predictions![i]!;
    expect(prediction.topLogprobs.map(choice => choice.token)).toEqual(topLogprobs.map(choice => choice.token));
    for (const [at, choice] of prediction.topLogprobs.entries()) {
      expect(Math.abs(choice.logprob - topLogprobs[at]!.logprob)).toBeLessThan(within);
      expect(choice.probability).toBeCloseTo(Math.exp(choice.logprob), 6);
    }
    if (i === target.length) expect(prediction.logprob).toBeUndefined();
    else expect([token, Math.abs(prediction.logprob! - logprob) < within]).toEqual([target[i], true]);
  }
  expect(output.taps['decoder.layers.3.attention.weights']!.shape).toEqual([4, steps.length, steps.length]);
  const { length } = model.tokensOf(en);
  expect(output.taps['encoder.layers.1.attention.weights']!.shape).toEqual([4, length, length]);
  const empty = await model.forward({ source: en, target: [] }, { topLogprobs: 1 });
  expect(empty.predictions![0]!.topLogprobs[0]!.token).toBe(steps[0]!.token);
  expect(memoryUsage()).toEqual(before);
}

test('one pass over a source and its translation gives what a search reports', async () => {
  await expectOnePass(model, true);
  const exact = await loadModel(fixtureFiles(folder), { weights: 'f32' });
  await expectOnePass(exact, false);
  exact.dispose();
});

test('what a pass over a source and a target cannot take is an error', async () => {
  const [{ en }] = examples as [Golden['examples'][number]];
  await expect(model.forward(en)).rejects.toThrow('forward: marian is an encoder-decoder; give { source, target }');
  await expect(model.forward({ source: en, target: [9000] })).rejects.toThrow('outside the vocabulary of 8000');
  await expect(model.forward({ source: en, target: [] }, { topLogprobs: 0 })).rejects.toThrow(
    'forward: topLogprobs is 0; it must be a whole number',
  );
});
