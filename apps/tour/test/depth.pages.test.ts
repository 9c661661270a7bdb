import '@residual/testkit/wasm';
import { attributeLogits, logitLens } from '@residual/inspect';
import type { Model } from '@residual/model';
import { type OpenApp, openApp, type Page } from '@residual/testkit/pages';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { preset } from '../src/settings.js';
import { stepReady, storyModel } from './open.js';

let app: OpenApp;
let page: Page;
let model: Model;

beforeAll(async () => {
  [app, model] = await Promise.all([openApp('tour'), storyModel()]);
  page = await app.open('#step=depth');
});

afterAll(async () => {
  await app?.close();
  model?.dispose();
});

test('the words of the layers are those of the logit lens, and the parts add what they add', async () => {
  await stepReady(page, 'depth');
  const ids = model.tokensOf(preset.sentence);
  const { layers } = await logitLens(model, ids, { positions: [-1], top: 1 });
  const best = layers.map(({ top }) => top[0]![0]!);
  const textOf = (token: number) => model.tokenizer!.decode([token]).trim();
  expect(await page.locator('#stream .said b').allTextContents()).toEqual(best.map(({ token }) => textOf(token)));
  const { components } = await attributeLogits(model, ids, { target: best.at(-1)!.token });
  const added = components.filter(({ path }) => path.startsWith('decoder.layers.'));
  const figures = await page.locator('#stream .parts .figure').allTextContents();
  for (const [i, { contribution }] of added.entries())
    expect(Number(figures[i]!.replace('−', '-'))).toBeCloseTo(contribution, 1);
  expect(figures.length).toBe(added.length);
});

test('another token is chosen in the table', async () => {
  await page.locator('#lens button', { hasText: 'upon' }).click();
  await page.locator('#depth h3', { hasText: 'The stream of “upon”' }).waitFor();
  expect(new URL(page.url()).hash).toContain('depthToken=1');
  await page.locator('#stream li:last-child .said b', { hasText: /^a$/ }).waitFor();
});

test('the page had no problems', () => {
  expect(app.problems).toEqual([]);
});
