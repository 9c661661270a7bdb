import '@residual/testkit/wasm';
import { headScores, nameMoverScores } from '@residual/inspect';
import type { Model } from '@residual/model';
import { type OpenApp, openApp, type Page } from '@residual/testkit/pages';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { preset } from '../src/settings.js';
import { namePrompts, story } from '../src/steps/attention/texts.js';
import { stepReady, storyModel } from './open.js';

let app: OpenApp;
let page: Page;
let model: Model;

beforeAll(async () => {
  [app, model] = await Promise.all([openApp('tour'), storyModel()]);
  page = await app.open('#step=attention');
});

afterAll(async () => {
  await app?.close();
  model?.dispose();
});

const names = ['query', 'key', 'scores', 'weights'] as const;

/** The tensors of one head of the sentence, each as rows. */
const headOf = async (layer: number, head: number) => {
  const paths = names.map(name => `decoder.layers.${layer}.attention.${name}`);
  const { tokens, logits, taps } = await model.forward(preset.sentence, { taps: paths });
  const rows = paths.map(path => {
    const { shape, data } = taps[path]!;
    const [, length, width] = shape as [number, number, number];
    const at = (i: number) => (head * length + i) * width;
    return Array.from({ length }, (_, i) => [...data.subarray(at(i), at(i) + width)]);
  });
  const [query, key, scores, weights] = rows as [number[][], number[][], number[][], number[][]];
  return { tokens, logits, query, key, scores, weights };
};
const dot = (one: readonly number[], other: readonly number[]) =>
  one.reduce((sum, value, i) => sum + value * other[i]!, 0);
const percents = (shares: readonly number[]) => shares.map(share => `${(100 * share).toFixed(1)}%`);
const softmax = (scores: readonly number[]) => {
  const powers = scores.map(score => Math.exp(score - Math.max(...scores)));
  return powers.map(power => power / powers.reduce((sum, each) => sum + each, 0));
};
const shares = () => page.locator('#asking .share b').allTextContents();

test('the products and weights of the token that asks are those of the model', async () => {
  await stepReady(page, 'attention');
  const { query, key, weights } = await headOf(3, 4);
  const products = key.slice(0, 9).map(each => (dot(query[8]!, each) / Math.sqrt(64)).toFixed(2));
  const figures = (await page.locator('#asking .score').allTextContents()).slice(0, 9);
  expect(figures.map(figure => figure.replace('−', '-'))).toEqual(products);
  expect(await shares()).toEqual([...percents(weights[8]!.slice(0, 9)), 'later', 'later', 'later']);
  expect(await page.locator('#attention-answer').textContent()).toBe(
    '“creature” gives 55.9% to “blue” and 35.2% to “fluffy”.',
  );
});

test('another token asks by a click and by the arrow keys', async () => {
  await page.locator('#asking button', { hasText: 'blue' }).click();
  await page.locator('#attention h3', { hasText: '“blue” asks' }).waitFor();
  await page.locator('#asking button[aria-pressed=true]').press('ArrowDown');
  await page.locator('#attention h3', { hasText: '“creature” asks' }).waitFor();
});

test('a leak is a softmax over all scores, and changes the loss', async () => {
  await stepReady(page, 'attention');
  const { tokens, logits, scores } = await headOf(0, 2);
  const vocab = logits.shape[1]!;
  const losses = tokens
    .slice(1)
    .map((id, i) => -Math.log(softmax([...logits.data.subarray(i * vocab, (i + 1) * vocab)])[id]!));
  const loss = losses.reduce((sum, each) => sum + each, 0) / losses.length;
  expect(await page.locator('#leak-loss').textContent()).toContain(loss.toFixed(2));
  await page.evaluate(() => {
    location.hash = '#step=attention&attentionLayer=0&attentionHead=2&leak=true';
  });
  await page.locator('#attention h3', { hasText: 'Block 0, head 2' }).waitFor();
  expect(await shares()).toEqual(percents(softmax(scores[8]!)));
  const [without, withMask] = (await page.locator('#leak-loss').textContent())!.match(/\d+\.\d\d/g)!;
  expect(withMask).toBe(loss.toFixed(2));
  expect(Number(without)).toBeGreaterThan(loss + 0.5);
});

test('the heads that are named have the largest scores', async () => {
  const ids = model.tokensOf(story);
  const { previousToken, induction } = await headScores(model, [...ids, ...ids], { period: ids.length });
  const largest = [previousToken, induction].map(scores => Math.max(...scores.flat()).toFixed(2));
  const examples = namePrompts.map(text => ({ ids: model.tokensOf(text), names: [0, 2] }));
  const { attribution, attention } = await nameMoverScores(model, examples);
  const best = attribution.flat().indexOf(Math.max(...attribution.flat()));
  const shares = [...largest, attention.flat()[best]!.toFixed(2)];
  await page.locator('#roles .figure').first().waitFor();
  expect(await page.locator('#roles .figure').allTextContents()).toEqual(shares);
});

test('a model that learns with a leak falls below a blind guess, one with the mask does not', async () => {
  await page.click('#train-leaking');
  const result = page.locator('#tiny-result', { hasText: 'After' });
  await result.waitFor({ timeout: 60_000 });
  const [, , masked, guess, leaking] = (await result.textContent())!.match(/\d+(\.\d+)?/g)!.map(Number);
  expect(guess).toBe(2.08);
  expect(masked).toBeGreaterThan(1.95);
  expect(leaking).toBeLessThan(1.2);
});

test('the page had no problems', () => {
  expect(app.problems).toEqual([]);
});
