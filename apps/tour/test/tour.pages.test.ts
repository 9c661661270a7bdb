import '@residual/testkit/wasm';
import type { Model } from '@residual/model';
import { fineUniformAt, sampler } from '@residual/sampling';
import { type OpenApp, openApp, type Page } from '@residual/testkit/pages';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { preset } from '../src/settings.js';
import { percent, stepReady, storyModel, write } from './open.js';

let app: OpenApp;
let page: Page;
let model: Model;

beforeAll(async () => {
  [app, model] = await Promise.all([openApp('tour'), storyModel()]);
  page = await app.open();
});

afterAll(async () => {
  await app?.close();
  model?.dispose();
});

/** The last logits of a text, with the likeliest tokens at a temperature. */
const nextOf = async (text: string, temperature: number, seed = 7) => {
  const { tokens, logits } = await model.forward(text);
  const last = logits.data.slice(-logits.shape[1]!);
  return sampler({ temperature, seed, topLogprobs: 10 }).next(last, { tokens, promptLength: tokens.length });
};
const textOf = (token: number) => model.tokenizer!.decode([token]);

describe('1, tokens', () => {
  test('the pieces and their numbers are those of the tokenizer', async () => {
    await stepReady(page, 'tokens');
    const { ids } = model.tokenizer!.encode(preset.sentence);
    expect((await page.locator('#pieces small').allTextContents()).map(Number)).toEqual(ids);
    expect(await page.locator('#pieces-count').textContent()).toBe('53 characters become 12 tokens, each a number.');
  });

  test('the ruler reads the list of all tokens', async () => {
    await page.locator('#pieces [role=option]').nth(9).hover();
    await page.locator('.reading .chosen', { hasText: '·lived' }).waitFor();
    const slider = page.locator('#tokenId');
    expect(await slider.inputValue()).toBe(String(model.tokenizer!.encode(' lived').ids[0]));
    await slider.press('End');
    const last = model.tokenizer!.vocabSize - 1;
    await page.locator('.reading .chosen', { hasText: textOf(last).trim() }).waitFor();
    expect(new URL(page.url()).hash).toContain(`tokenId=${last}`);
  });
});

describe('the next token', () => {
  test('the bars are the probabilities of the model, and follow the temperature', async () => {
    await stepReady(page, 'next');
    for (const temperature of [1, 0.5]) {
      await page.fill('#temperature', String(temperature));
      await stepReady(page, 'next');
      const { topLogprobs } = await nextOf(preset.sentence, temperature);
      const figures = await page.locator('#next-bars button .figure').allTextContents();
      expect(figures).toEqual(topLogprobs.map(({ probability }) => percent(probability)));
    }
  });

  test('a draw lands where the sampler lands, and continues the sentence', async () => {
    await page.fill('#temperature', '2');
    await stepReady(page, 'next');
    const { token } = await nextOf(preset.sentence, 2);
    const uniform = fineUniformAt(7, 'sampler.0', model.tokenizer!.encode(preset.sentence).length);
    await page.click('#draw');
    await page.locator('#next-status', { hasText: uniform.toFixed(4) }).waitFor();
    await expect.poll(() => page.inputValue('#sentence')).toBe(preset.sentence + textOf(token));
  });

  test('the guess beside the sentence is the likeliest token', async () => {
    await write(page, 'The hungry cat saw a big');
    const { topLogprobs } = await nextOf('The hungry cat saw a big', 1);
    const [best] = topLogprobs;
    const share = `${Math.round(100 * Math.exp(best!.logprob))} %`;
    await page.locator('#guess', { hasText: `${textOf(best!.token).trim()} ${share}` }).waitFor();
  });
});

test('an address restores the sentence, the step and what was chosen', async () => {
  const other = await app.open('#step=next&sentence=Once+upon+a&temperature=0.5');
  await stepReady(other, 'next');
  expect(await other.inputValue('#sentence')).toBe('Once upon a');
  expect(await other.inputValue('#temperature')).toBe('0.5');
  expect(await other.locator('#rail [aria-current=step]').getAttribute('href')).toBe('#step=next');
  await other.close();
});

test('the pages had no problems and requested nothing from other servers', () => {
  expect({ wrong: app.problems, foreign: app.foreignRequests }).toEqual({ wrong: [], foreign: [] });
});
