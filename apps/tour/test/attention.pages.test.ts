import '@residual/testkit/wasm';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { headScores, logitLens, nameMoverScores } from '@residual/inspect';
import { loadModel, type Model } from '@residual/model';
import { type OpenApp, openApp, type Page, root } from '@residual/testkit/pages';
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

const translatorFolder = join(root, 'packages', 'model-en-fr', 'model');
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
    '“creature” gives 55.8% to “blue” and 35.3% to “fluffy”.',
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

test('the vectors of the noun, the angle between them and what it makes likelier are those of the model', async () => {
  await page.evaluate(() => {
    location.hash = '#step=attention';
  });
  await page.locator('#attention h3', { hasText: 'after block 3' }).waitFor();
  const noun = preset.sentence.slice(0, preset.sentence.indexOf(' lived'));
  const texts = [noun.replace(' fluffy blue', ''), noun.replace(' blue', ''), noun];
  const path = 'decoder.layers.3.output';
  const vectors = await Promise.all(
    texts.map(async text => {
      const { taps } = await model.forward(text, { taps: [path] });
      return [...taps[path]!.data.slice(-320)];
    }),
  );
  const [first, last] = [vectors[0]!, vectors.at(-1)!];
  const cosine = dot(first, last) / Math.sqrt(dot(first, first) * dot(last, last));
  const said = (await page.locator('#phrase-answer').textContent())!;
  const angle = ((Math.acos(cosine) * 180) / Math.PI).toFixed(1);
  expect(said).toContain(`“fluffy” and “blue” turn the vector of “creature” by ${angle}°.`);
  expect(await page.locator('#phrase-measures').textContent()).toContain(`a cosine of ${cosine.toFixed(3)}`);
  const figure = (value: number) => value.toFixed(3).replace('-', '−');
  const labels = await page.locator('#phrase-strips [role=option]').evaluateAll(options => {
    return options.map(option => option.getAttribute('aria-label'));
  });
  const ranges = vectors.map(vector => `from ${figure(Math.min(...vector))} to ${figure(Math.max(...vector))}`);
  expect(labels.slice(0, 3)).toEqual(
    ['creature', '+ fluffy', '+ blue'].map((label, i) => `${label}: 320 numbers ${ranges[i]}`),
  );

  const lens = await Promise.all(
    [texts[0]!, texts[2]!].map(async text => {
      const { layers } = await logitLens(model, model.tokensOf(text), { positions: [-1], top: 6000 });
      return new Map(layers[4]!.top[0]!.map(({ token, logprob }) => [token, logprob]));
    }),
  );
  for (const item of await page.locator('#likelier li').all()) {
    const [word, times] = [await item.locator('b').textContent(), await item.locator('.figure').textContent()];
    const [id] = model.tokensOf(` ${word}`);
    expect(Math.exp(lens[1]!.get(id!)! - lens[0]!.get(id!)!).toFixed(0)).toBe(times!.replace('× ', ''));
  }
});

test('a tap takes a word away or gives it back, and the address says so', async () => {
  await page.locator('#phrase-words button', { hasText: 'fluffy' }).click();
  await page.locator('#phrase-answer', { hasText: /^“blue” turns the vector of “creature”/ }).waitFor();
  await expect.poll(() => new URL(page.url()).hash).toContain('attentionWithout=blue');
  await page.locator('#phrase-words button', { hasText: 'blue' }).click();
  await page.locator('#phrase-answer', { hasText: 'No word is away.' }).waitFor();
});

test('the translator is loaded on demand, and its cross-attention is that of the library', async () => {
  const sizes = [
    'model.safetensors',
    'tokenizer.json',
    'config.json',
    'generation_config.json',
    'tokenizer_config.json',
  ];
  const bytes = sizes.reduce((sum, file) => sum + statSync(join(translatorFolder, file)).size, 0);
  await page.locator('#cross-open', { hasText: `(${(bytes / 1e6).toFixed(1)} MB)` }).click();
  await page.locator('#cross-words button', { hasText: 'robe' }).click();
  await page.locator('#cross-answer', { hasText: '“robe” gives' }).waitFor();
  const translator = await loadModel(translatorFolder);
  const { translation, segments } = await translator.translate(preset.english, { alignments: true }).result();
  const { attention } = segments[0]!.alignment!;
  const texts = segments[0]!.tokens.map(token => translator.tokenizer!.decode([token]).trim());
  translator.dispose();
  expect(await page.locator('#cross-words button').allTextContents()).toEqual(texts);
  expect(texts.join(' ').replace(' .', '.')).toBe(translation);
  const [, heads, targetLen, sourceLen] = attention.shape as [number, number, number, number];
  const start = ((1 * heads + 3) * targetLen + texts.indexOf('robe')) * sourceLen;
  const row = [...attention.data.subarray(start, start + sourceLen)];
  expect(await page.locator('#cross-asking .share b').allTextContents()).toEqual(percents(row));
  const products = (await page.locator('#cross-asking .score').allTextContents()).map(text =>
    Number(text.replace('−', '-')),
  );
  for (const [i, weight] of softmax(products).entries()) expect(weight).toBeCloseTo(row[i]!, 2);
});

test('the training of tiny models is stopped by its button, by a change, and when it is left', async () => {
  const [button, result] = [page.locator('#train-leaking'), page.locator('#tiny-result')];
  const learning = () => result.filter({ hasText: 'They are learning' }).waitFor();
  const stopped = () => result.filter({ hasText: /^Stopped after \d+ of 80 steps/ }).waitFor();
  const stops = {
    button: () => button.click(),
    change: () => page.click('#leak'),
    leaving: () => page.evaluate(() => scrollTo(0, 0)),
  };
  for (const stop of Object.values(stops)) {
    await button.click();
    await learning();
    expect(await button.textContent()).toBe('Stop');
    await stop();
    await stopped();
    await button.filter({ hasText: 'Train two tiny models' }).waitFor();
  }
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
