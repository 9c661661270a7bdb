import '@residual/testkit/wasm';
import { ablate, topActivations } from '@residual/inspect';
import type { Model } from '@residual/model';
import { type OpenApp, openApp, type Page } from '@residual/testkit/pages';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { preset } from '../src/settings.js';
import { corpus } from '../src/steps/perceptron/corpus.js';
import { factSentence, nameStory } from '../src/steps/perceptron/texts.js';
import { stepReady, storyModel } from './open.js';

let app: OpenApp;
let page: Page;
let model: Model;

beforeAll(async () => {
  [app, model] = await Promise.all([openApp('tour'), storyModel()]);
  page = await app.open('#step=perceptron');
});

afterAll(async () => {
  await app?.close();
  model?.dispose();
});

/** The probability of a word after a text, with the perceptrons of some blocks silent. */
const probability = async (text: string, word: string, silent: readonly number[] = []) => {
  const hooks = silent.map(layer => ablate(`decoder.layers.${layer}.mlp.output`, { value: 'zero' }));
  const { logits } = await model.forward(text, { hooks });
  const last = logits.data.slice(-logits.shape[1]!);
  const powers = Array.from(last, logit => Math.exp(logit));
  return powers[model.tokensOf(word)[0]!]! / powers.reduce((sum, power) => sum + power, 0);
};
const percent = (share: number) => `${(100 * share).toFixed(1)}%`;

test('the neuron and the texts on which it fires are those of the model', async () => {
  await stepReady(page, 'perceptron');
  const path = 'decoder.layers.2.mlp';
  const { taps } = await model.forward(preset.sentence, { taps: [`${path}.preActivation`, `${path}.hidden`] });
  const [before, after] = Object.values(taps).map(({ data }) => data[data.length - 1280 + 35]!.toFixed(2));
  const said = `Neuron 35 gets ${before}; the bend makes it ${after}.`;
  expect(await page.locator('#perceptron-answer').textContent()).toBe(said);
  const ids = corpus.map(text => model.tokensOf(text));
  const options = { names: [`${path}.hidden`], neurons: [35], count: 6, oncePerSequence: true };
  const [found] = await topActivations(model, ids, options);
  const top = found!.top;
  const figures = await page.locator('#firing .figure').allTextContents();
  expect(figures).toEqual(top.map(({ activation }) => activation.toFixed(2)));
  const marked = await page.locator('#firing mark').allTextContents();
  expect(marked).toEqual(top.map(({ token }) => model.tokenizer!.decode([token]).trim()));
});

test('a silent perceptron changes what comes next as the model says', async () => {
  const text = factSentence(preset.factStart);
  const [all, some] = [await probability(text, ' pond'), await probability(text, ' pond', [3, 4, 5])];
  expect(await page.locator('#fact-answer').textContent()).toBe(
    `“pond” gets ${percent(all)}, and ${percent(some)} with 3 of 6 silent.`,
  );
  await page
    .locator('#perceptron fieldset[aria-label="Perceptrons to silence"] button', { hasText: 'block 3' })
    .click();
  const two = percent(await probability(text, ' pond', [4, 5]));
  await page.locator('#fact-answer', { hasText: `${two} with 2 of 6 silent` }).waitFor();
});

test('a name at the beginning returns at the end', async () => {
  const [same, other] = [await probability(nameStory('Lily'), ' Lily'), await probability(nameStory('Sue'), ' Lily')];
  const said = `“Lily” gets ${percent(same)} at the end, and ${percent(other)} if the girl is called Sue`;
  expect(await page.locator('#name-answer').textContent()).toContain(said);
});

test('the page had no problems', () => {
  expect(app.problems).toEqual([]);
});
