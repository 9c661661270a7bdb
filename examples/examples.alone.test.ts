import { loadModel } from '@residual/model';
import { englishFrench } from '@residual/model-en-fr';
import { stories } from '@residual/model-stories';
import { memoryUsage } from '@residual/tensor';
import { afterAll, expect, test } from 'vitest';
import * as composed from './composed.js';
import * as gpt from './gpt.js';
import * as translator from './translate.js';

const before = memoryUsage(); // the weights of both examples

afterAll(() => {
  expect(memoryUsage()).toEqual(before);
  gpt.close();
  translator.close();
  expect(memoryUsage().tensors).toBe(0);
});

test('the GPT on one page generates the same text as loadModel', async () => {
  const model = await loadModel(stories, { weights: 'f32' });
  const settings = { maxNewTokens: 24, temperature: 0.8, topP: 0.95, seed: 3 };
  const expected = await model.generate('Once upon a time', settings).result();
  model.dispose();
  let text = '';
  for await (const delta of gpt.generate('Once upon a time', settings)) text += delta;
  expect(text).toBe(expected.text);
});

test('the translator on one page gives the same translations as loadModel', async () => {
  const model = await loadModel(englishFrench, { weights: 'f32' });
  const sentences = ['The cat sleeps on the table.', 'Where is the station?', 'I would like a glass of water, please.'];
  for (const sentence of sentences) {
    const { translation } = await model.translate(sentence, { numBeams: 1 }).result();
    expect(await translator.translate(sentence)).toBe(translation);
  }
  model.dispose();
});

test('the composed model on one page learns its lines, and answers after it was saved', async () => {
  expect(await composed.answer(await composed.trainAndSave(), 'the c')).toBe('at sleeps');
});
