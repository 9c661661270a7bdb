import { join } from 'node:path';
import '@residual/backend-wasm';
import { loadModel, type Model } from '@residual/model';
import { root } from '@residual/testkit/pages';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { examples } from './examples.js';
import { columnOf } from './search-tree.js';
import type { Sentence } from './sentence.js';
import { optionsOf, preset } from './settings.js';
import { statusOf } from './status.js';
import { joinedIn, lostAtWord, lostTranslations, unsureWords, wordsOf } from './words.js';

let model: Model;

beforeAll(async () => {
  model = await loadModel(join(root, 'packages', 'model-en-fr', 'model'));
});
afterAll(() => model.dispose());

/** The sentences of a text, as the page has them. */
async function sentencesOf(text: string, mode: 'greedy' | 'beams' = 'beams'): Promise<Sentence[]> {
  const sentences: Sentence[] = [];
  let columns = [];
  for await (const step of model.translate(text, optionsOf({ ...preset, mode }, model.depth, model.heads))) {
    if (step.kind === 'start') columns = [];
    if (step.kind === 'beams') columns.push(columnOf(step.step, 4, String));
    if (step.kind !== 'segment') continue;
    const { sourceTokens: source, tokens: target } = step.result;
    const { predictions, taps } = await model.forward({ source, target }, { topLogprobs: 5 });
    sentences.push({ segment: step.result, columns, reading: { predictions: predictions!, taps } });
  }
  return sentences;
}

const wordsIn = (sentence: Sentence) => wordsOf(sentence).map(({ text }) => text);

test('the examples show what the page says about them', async () => {
  const texts = examples.map(({ text }) => text);
  const translations = await model.translate(texts, { numBeams: preset.beams, maxSegmentTokens: 1 }).result();
  expect(translations.map(({ translation }) => translation)).toEqual([
    'Mon frère boit le vin rouge.',
    'Mon frère me manque.',
    "Je n'aime pas le café froid.",
    'Je le vois.',
    "J'ai laissé mes pièces à la bibliothèque.",
    "Tom a demandé à Mary pourquoi elle pleurait, mais elle n'a pas répondu.",
    "Il fait froid dehors. J'ai oublié mes clés sur la table, et personne n'est à la maison. " +
      'Que devrais-je faire maintenant ?',
    'Je vais à la cime à mes amis ce soir.',
  ]);
});

test('the probabilities of the words of a translation multiply to that of the whole, without its end', async () => {
  const [sentence] = (await sentencesOf('I miss my brother.', 'greedy')) as [Sentence];
  const words = wordsOf(sentence);
  expect(words.map(({ text }) => text)).toEqual(['Mon', 'frère', 'me', 'manque', '.']);
  const steps = [];
  for await (const step of model.generate('I miss my brother.', { temperature: 0, topLogprobs: 5 })) steps.push(step);
  const end = steps.at(-1)!.logprob;
  const product = words.reduce((sum, { probability }) => sum + Math.log(probability), 0);
  expect(product).toBeCloseTo(sentence.segment.logprob - end, 3);
  expect(words[0]!.alternatives[0]!.map(({ token }) => token)).toEqual(steps[0]!.topLogprobs.map(({ token }) => token));
  expect(words[0]!.alternatives[0]!.filter(({ isWritten }) => isWritten)).toHaveLength(1);
  expect(joinedIn(sentence.segment.alignment!.targetWords)).toEqual([false, false, false, false, true]);
  expect(lostTranslations(sentence)).toEqual([]);
});

test('an unlikely word is unsure, and the status names it', async () => {
  const sentences = await sentencesOf(examples.at(-1)!.text);
  const [sentence] = sentences as [Sentence];
  expect(unsureWords(wordsOf(sentence)).map(i => wordsIn(sentence)[i])).toEqual(['cime']);
  expect(statusOf(sentences)).toMatch(/^Translated\. .* 67 % on average and was unsure of “cime”\.$/);
  expect(statusOf([])).toBe('Nothing to translate');
});

test('the translations that lost are those of the search, each at the words where it differs', async () => {
  const { text } = examples[0]!;
  const [sentence] = (await sentencesOf(text)) as [Sentence];
  const lost = lostTranslations(sentence);
  const [, ...others] = await model.beamSearch(text, { numBeams: 4, numReturnSequences: 4 }).result();
  expect(lost.length).toBeGreaterThan(2);
  for (const { text, score } of others)
    expect(lost.find(each => each.text === text)?.score ?? Number.NaN, text).toBeCloseTo(score, 5);
  expect(lost.map(({ score }) => score)).toEqual(lost.map(({ score }) => score).sort((a, b) => b - a));
  const at = (word: string) => lostAtWord(lost, sentence.segment, wordsIn(sentence).indexOf(word));
  expect(at('boit').length).toBeGreaterThan(0);
  for (const { text } of at('boit')) expect(text).not.toMatch(/\bboit\b/);
  const atBrother = at('frère').map(each => each.text);
  for (const { text } of lost) if (!text.includes('frère')) expect(atBrother).toContain(text);
});
