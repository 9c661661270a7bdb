import '@residual/testkit/wasm';
import { residualVocoderConfig } from '@residual/families';
import { memoryUsage } from '@residual/tensor';
import { expectNoLeak } from '@residual/testkit';
import { expect, test } from 'vitest';
import { createModel } from '../load/create-model.js';
import { loadModel } from '../load/load-model.js';
import { smallAcousticFiles, smallVocoder } from '../testing/small-voice.js';
import { filesWith } from '../testing/speaking-files.js';

async function voices() {
  const vocoder = await createModel(residualVocoderConfig(smallVocoder), { seed: 4 });
  return { model: await loadModel(await smallAcousticFiles()), vocoder };
}

const word = (text: string, start: number, phones: readonly string[], pause = '') => ({
  ...{ word: text, start, end: start + text.length, pause, phones },
});
const words = [word('ma', 0, ['M', 'AA2']), word('am', 3, ['AA1', 'M'], '.'), word('mam', 7, ['M', 'AA1', 'M'], '.')];

test('words with phones are spoken through a source and filters, in pieces, with times', async () => {
  const { model, vocoder } = await voices();
  const options = { vocoder, seed: 5, speed: 0.2 };
  const pieces: number[] = [];
  for await (const { samples } of model.speak(words, options)) pieces.push(...samples);
  const { samples, sampleRate, sentences } = await model.speak(words, options).result();
  expect([sampleRate, pieces.length % 64]).toEqual([8000, 0]);
  expect(pieces).toEqual([...samples]);
  expect(Math.max(...samples)).toBeGreaterThan(0);
  expect(sentences.map(({ tokens }) => tokens.map(({ token }) => token).join(' '))).toEqual([
    '<s> M AA2 AA1 M .',
    '<s> M AA1 M .',
  ]);
  expect(sentences.map(({ words }) => words.map(({ text }) => text))).toEqual([['ma', 'am'], ['mam']]);
  expect(sentences[1]!.end).toBeCloseTo(samples.length / 8000, 6);
  const other = await model.speak(words, { ...options, seed: 6 }).result();
  expect([other.samples.length, [...other.samples].join()]).not.toEqual([samples.length, [...samples].join()]);
  const before = memoryUsage();
  await expectNoLeak(async () => {
    for await (const _ of model.speak(words, options)) break;
  });
  expect(memoryUsage()).toEqual(before);
  for (const each of [model, vocoder]) each.dispose();
});

test('what does not fit is refused', async () => {
  const { model, vocoder } = await voices();
  const wide = await createModel(
    residualVocoderConfig({
      ...smallVocoder,
      bins: 7,
      mean: new Float32Array(7),
      deviation: new Float32Array(7).fill(1),
    }),
    { seed: 1 },
  );
  await expect(model.speak(words, { vocoder: wide }).result()).rejects.toThrow(
    'speak: the model makes frames of 6 bins, its vocoder reads 7',
  );
  await expect(model.speak([word('x', 0, ['ZH'])], { vocoder }).result()).rejects.toThrow(
    'speak: the phone ZH of "x" is no symbol of this model',
  );
  const steps = await loadModel(filesWith('speecht5-tts', {}));
  const speaker = new Float32Array((steps.layer as { speakerDim?: number }).speakerDim!).fill(0.1);
  await expect(steps.speak([1, 2], { vocoder, speakerEmbedding: speaker }).result()).rejects.toThrow(
    'speak: this model makes frames step by step; a vocoder by a source and filters needs all of a sentence',
  );
  for (const each of [model, vocoder, wide, steps]) each.dispose();
});
