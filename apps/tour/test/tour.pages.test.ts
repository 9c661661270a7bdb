import '@residual/testkit/wasm';
import { join } from 'node:path';
import { loadModel, type Model, wordAlignment } from '@residual/model';
import { fineUniformAt, sampler } from '@residual/sampling';
import { type OpenApp, openApp, type Page, root } from '@residual/testkit/pages';
import { arithmetic, wordVectors } from '@residual/word-vectors';
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

describe('vectors', () => {
  test('a strip reads a number of the embedding, and the sum adds the place', async () => {
    await stepReady(page, 'vectors');
    const paths = ['embedding.output', 'positions.embedding', 'embedded'];
    const { taps } = await model.forward(preset.sentence, { taps: paths });
    await page.locator('#token-rows [role=option]').nth(8).press('ArrowRight');
    const figure = (value: number) => value.toFixed(3).replace('-', '−');
    const at = async () => (await page.locator('#token-rows output').textContent())!;
    const [, word, number, value] = /^(\S+), number (\d+): (.*)$/.exec(await at())!;
    const index = model.tokenizer!.encode(preset.sentence).ids.findIndex(id => textOf(id).trim() === word);
    expect(value).toBe(figure(taps[paths[0]!]!.data[index * 320 + Number(number) - 1]!));
    await stepReady(page, 'vectors');
    for (const [row, path] of paths.entries()) {
      const values = taps[path]!.data.subarray(index * 320, (index + 1) * 320);
      const range = `320 numbers from ${figure(Math.min(...values))} to ${figure(Math.max(...values))}`;
      expect(await page.locator('#token-sum [role=option]').nth(row).getAttribute('aria-label')).toContain(range);
    }
  });

  test('the sum of words lands where the library says', async () => {
    const vectors = await wordVectors(join(root, 'packages', 'word-vectors-en', 'data'));
    await page.locator('#vectors .chips button', { hasText: 'Rome and Paris' }).click();
    await page.locator('#analogy-answer', { hasText: 'paris' }).waitFor();
    const { neighbours } = arithmetic(vectors, 'rome - italy + france', { topN: 4 });
    expect(await page.locator('#analogy-answers .figure').allTextContents()).toEqual(
      neighbours.map(({ similarity }) => similarity.toFixed(3)),
    );
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

test('the size of GPT-3 is the well-known one', async () => {
  await page.locator('#size .chips button', { hasText: 'GPT-3' }).click();
  await page.locator('#size-answer', { hasText: '175,181,291,520 weights in 27,938 matrices.' }).waitFor();
  await page.locator('#size .chips button', { hasText: 'this page' }).click();
  const { weights, matrices } = model.describe().census;
  const text = `${weights.toLocaleString('en')} weights in ${matrices} matrices.`;
  await page.locator('#size-answer', { hasText: text }).waitFor();
});

test('a tiny model learns the sentence: its loss falls far below pure guessing', async () => {
  await write(page, 'the cat sat');
  await stepReady(page, 'learning');
  await page.click('#learn');
  await page.locator('#learning-status', { hasText: 'pure guessing' }).waitFor();
  const [, end, guess] = /ended at ([\d.]+), .* costs ([\d.]+)\./.exec(
    (await page.locator('#learning-status').textContent())!,
  )!;
  expect(guess).toBe(Math.log(new Set('the cat sat').size).toFixed(3));
  expect(Number(end)).toBeLessThan(Number(guess) / 10);
  expect(await page.locator('#learning-sample').textContent()).toBe('the cat sat');
});

test('the translation and the ribbon weights are those of the library', async () => {
  await stepReady(page, 'beyond');
  const translator = await loadModel(join(root, 'packages', 'model-en-fr', 'model'));
  const { translation, segments } = await translator.translate(preset.english, { alignments: true }).result();
  const alignment = segments[0]!.alignment!;
  const heads = Array.from({ length: translator.heads }, (_, head) => [2, head] as const);
  const { shape, data } = wordAlignment(alignment, { heads });
  translator.dispose();
  expect(await page.locator('#french').textContent()).toBe(translation);
  const ribbons = await page.locator('#translation-ribbons path').evaluateAll(paths =>
    paths.map(path => {
      const { source, target, weight } = (path as SVGPathElement).dataset;
      return [Number(target), Number(source), Number(weight)] as const;
    }),
  );
  expect(ribbons.length).toBeGreaterThan(shape[0]!);
  for (const [target, source, weight] of ribbons) expect(weight).toBeCloseTo(data[target * shape[1]! + source]!, 4);
  const [robe, dress] = [
    alignment.targetWords.findIndex(([start, end]) => translation.slice(start, end) === 'robe'),
    alignment.sourceWords.findIndex(([start, end]) => preset.english.slice(start, end) === 'dress'),
  ];
  const said = `“robe” looked at “dress” ${data[robe * shape[1]! + dress]!.toFixed(3)}`;
  await page.locator('#translation-ribbons [role=option]', { hasText: 'robe' }).hover();
  await page.locator('#translation-ribbons output', { hasText: said }).waitFor();
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
