import '@residual/testkit/wasm';
import {
  activationStatistics,
  type BoundSparseAutoencoder,
  featureLogits,
  featureTexts,
  type SparseAutoencoderStep,
  type SparseAutoencoderTraining,
  steerFeature,
  trainSparseAutoencoder,
} from '@residual/inspect';
import type { Model } from '@residual/model';
import { appearanceProblems, type OpenApp, openApp, type Page, undescribedControls } from '@residual/testkit/pages';
import { randomWindows } from '@residual/train';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { preset } from '../src/settings.js';
import { path, telling, writing } from '../src/steps/perceptron/features/setup.js';
import { storyModel } from './open.js';

const [stories, steps, seed] = [8, 3, 2];
let app: OpenApp;
let page: Page;
let model: Model;
let corpus: readonly (readonly number[])[];
let training: SparseAutoencoderTraining;
let autoencoder: BoundSparseAutoencoder;
let last: SparseAutoencoderStep;

beforeAll(async () => {
  [app, model] = await Promise.all([openApp('tour'), storyModel()]);
  const hash = `#step=perceptron&featuresOpen=true&featureStories=${stories}&featureSteps=${steps}&featureSeed=${seed}`;
  page = await app.open(hash);
  await page.evaluate(() => {
    for (const other of document.querySelectorAll('.step:not(#perceptron)')) other.remove(); // they have own tests
  });
  await page.locator('#features-train').click();
  const prompts = writing.beginnings.slice(0, stories);
  const { temperature, maxNewTokens } = writing;
  const told = await model.generateBatch(prompts, { temperature, maxNewTokens, seed: seed * 1000 }).result();
  corpus = told.map(({ text }, i) => model.tokensOf(prompts[i]! + text));
  training = trainSparseAutoencoder(model, {
    path,
    batches: randomWindows(corpus.flat(), { length: 64, batch: 4, seed }),
    features: 1024,
    activation: { topK: 16 },
    steps,
    learningRate: 0.004,
    seed,
  });
  for await (const event of training) if (event.type === 'step') last = event;
  ({ autoencoder } = training);
});

afterAll(async () => {
  await app?.close();
  training?.dispose();
  model?.dispose();
});

const chosen = async () => {
  await page.locator('#features[data-state=learned][data-chosen=ready]').waitFor();
  return Number((await page.locator('#feature-title').textContent())!.split(' ')[1]);
};

test('the page learns what the library learns', async () => {
  await chosen();
  const told = await page.locator('#features-status').textContent();
  expect(told).toContain(`After 3 steps the features explain ${(100 * last.explainedVariance).toFixed(1)}%`);
  expect(await page.locator('#features-loss').textContent()).toBe(last.loss.toFixed(1));
  expect(await page.locator('#features-alive').textContent()).toBe('1,024 of 1,024');
});

test('a feature has the texts, the share of tokens and the promoted tokens of the library', async () => {
  const feature = await chosen();
  const features = [feature];
  const options = { features, count: 6, context: 7, oncePerSequence: true };
  const [texts] = await featureTexts(model, autoencoder, corpus, options);
  const figures = texts!.top.map(({ activation }) => activation.toFixed(2));
  expect(await page.locator('#feature-texts .figure').allTextContents()).toEqual(figures);
  const around = model.tokenizer!.decode([...texts!.top[0]!.context]).replace(/\s+/g, ' ');
  const shown = await page.locator('#feature-texts li').first().locator('> span').last().textContent();
  expect(shown!.replace(/\s+/g, ' ').trim()).toBe(around.trim());
  const marked = await page.locator('#feature-texts mark').first().textContent();
  expect(marked).toBe(model.tokenizer!.decode([texts!.top[0]!.token]).trim());
  const encode = (x: Parameters<typeof autoencoder.layer.encode>[1]) =>
    autoencoder.layer.encode(autoencoder.weights, x);
  const statistics = { names: [path], neurons: features, transform: encode };
  const [found] = await activationStatistics(model, corpus, statistics);
  const share = `${(100 * found!.positive[0]!).toFixed(2)}%`;
  expect(await page.locator('#feature-fires').textContent()).toContain(`It fires at ${share} of all tokens.`);
  const [logits] = await featureLogits(model, autoencoder, { features, top: 1 });
  const [promoted] = await page.locator('#feature-raised b').allTextContents();
  expect(promoted).toBe(model.tokenizer!.decode([logits!.raised[0]!.token]).trim());
});

test('a feature steers the story as the library does', async () => {
  const feature = await chosen();
  const start = preset.sentence;
  const options = { ...telling, seed: 1 };
  const hooks = [steerFeature(autoencoder, feature, { add: 12 })];
  const [plain, steered] = [
    await model.generate(start, options).result(),
    await model.generate(start, { ...options, hooks }).result(),
  ];
  await page.locator('#featureStrength').fill('12');
  await page.locator('#story-steered figcaption', { hasText: `feature ${feature} at +12` }).waitFor();
  await chosen();
  expect(await page.locator('#story-plain p').textContent()).toContain(start + plain.text);
  expect(await page.locator('#story-steered p').textContent()).toContain(start + steered.text);
  expect(steered.text).not.toBe(plain.text);
});

test('the arrow keys choose a feature, which is in the address', async () => {
  const first = await chosen();
  await page.locator('#features-list [aria-selected=true]').press('ArrowDown');
  const second = await page.locator('#features-list [role=option]').nth(1).getAttribute('data-feature');
  await page.locator('#feature-title', { hasText: `Feature ${second}` }).waitFor();
  expect(await chosen()).not.toBe(first);
  expect(new URL(page.url()).hash).toContain(`feature=${second}&featureStrength=12`);
});

test('the open part is accessible, and each control has a help sentence', async () => {
  expect(await appearanceProblems(page)).toEqual([]);
  expect(await undescribedControls(page, '#features :is(input, button[id])')).toEqual([]);
});

test('stop keeps what was learned, and start over frees it', async () => {
  await page.locator('#featureSteps').fill('500');
  await page.locator('#featureSteps').press('Tab');
  await page.locator('#features-train').click();
  await page.locator('#features-step', { hasText: 'of 500' }).waitFor();
  await page.locator('#features-train', { hasText: 'Stop' }).click();
  await chosen();
  expect(await page.locator('#features-status').textContent()).toMatch(/^Stopped after \d+ of 500 steps the features/);
  const learned = (await page.locator('#features-step').textContent())!.split(' ')[0]!;
  expect(await page.locator('#featureSteps').inputValue()).toBe(learned); // a link learns the same
  await page.locator('#features-forget').click();
  await page.locator('#features[data-state=empty]').waitFor();
  expect(await page.locator('.features-results').isVisible()).toBe(false);
});

test('closing the part before anything was learned ends the work', async () => {
  await page.locator('#featureStories').fill('512');
  await page.locator('#featureStories').press('Tab');
  await page.locator('#features-train').click();
  await page.locator('#features[data-state=running]').waitFor();
  await page.locator('#features summary').click();
  await page.locator('#features[data-state=empty]').waitFor();
  await page.locator('#features summary').click();
  expect(await page.locator('#features-status').textContent()).toBe('Stopped, with nothing learned yet.');
  expect(await page.locator('#features-train').textContent()).toBe('Train');
});

test('the page had no problems', () => {
  expect(app.problems).toEqual([]);
});
