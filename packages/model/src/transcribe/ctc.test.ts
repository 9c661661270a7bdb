import '@residual/testkit/wasm';
import { memoryUsage } from '@residual/tensor';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadModel } from '../load/load-model.js';
import type { ModelFiles } from '../load/sources/files.js';
import type { Model } from '../model.js';
import { fixtureFiles } from '../testing/fixture-files.js';

/** The characters: token 2 is between words. */
const vocab = Object.fromEntries(['<pad>', '<s>', '|', ...'ABCDEFGHIJKLMNOPQRSTU'].map((text, id) => [text, id]));

const filesOf = (texts: Readonly<Record<string, string>>): ModelFiles => {
  const files = fixtureFiles('fixtures/architectures/wavlm');
  return { ...files, text: async (name, options) => texts[name] ?? files.text(name, options) };
};

/** A tiny WavLM with random weights, which reads 20 samples a position. */
let model: Model;
beforeAll(async () => {
  const config = { sampling_rate: 1000, do_normalize: true, feature_extractor_type: 'Wav2Vec2FeatureExtractor' };
  model = await loadModel(
    filesOf({ 'vocab.json': JSON.stringify(vocab), 'preprocessor_config.json': JSON.stringify(config) }),
  );
});
afterAll(() => model.dispose());

const recording = (length: number, phase: number) =>
  Float32Array.from({ length }, (_, i) => Math.sin(0.3 * i * phase) + Math.cos(0.011 * i * i));

test('the text is that of the most likely characters, and words have times', async () => {
  const { text, words, tokens, duration, segments } = await model
    .transcribe(recording(900, 1), { timestamps: 'word' })
    .result();
  const characters = Object.keys(vocab);
  const written = tokens.map(id => (id === 2 ? ' ' : characters[id]!)).join('');
  expect(tokens.length).toBeGreaterThan(5);
  expect([text, duration]).toEqual([written.trim(), 0.9]);
  expect(tokens).not.toContain(0);
  expect(words!.map(word => word.text)).toEqual(text.split(' ').filter(word => word !== ''));
  for (const [i, { start, end, probability }] of words!.entries()) {
    expect(start).toBeGreaterThanOrEqual(i === 0 ? 0 : words![i - 1]!.end);
    expect([end > start, end <= 0.9, probability > 0 && probability <= 1]).toEqual([true, true, true]);
  }
  expect(segments).toEqual([{ start: 0, end: 0.9, text, tokens, window: 0, words }]);
});

test('recordings of any lengths give what each gives alone, and no tensor is kept', async () => {
  const before = memoryUsage();
  const recordings = [recording(900, 1), recording(70, 2), recording(3, 3), new Float32Array()];
  const together = await model.transcribe(recordings).result();
  for (const [i, each] of recordings.entries()) expect(together[i]).toEqual(await model.transcribe(each).result());
  expect(together.slice(2).map(({ text }) => text)).toEqual(['', '']);
  expect(memoryUsage()).toEqual(before);
});

test('options of other models, and a checkpoint without characters, are refused', async () => {
  await expect(model.transcribe(recording(90, 1), { temperature: 0 }).result()).rejects.toThrow(
    'transcribe: temperature is not an option; options are timestamps, signal',
  );
  const silent = await loadModel(fixtureFiles('fixtures/architectures/wavlm'));
  await expect(silent.transcribe(recording(90, 1)).result()).rejects.toThrow(
    'transcribe: the checkpoint has no vocab.json with its characters',
  );
  silent.dispose();
});

test('a signal ends it between two recordings', async () => {
  const controller = new AbortController();
  const running = model.transcribe([recording(90, 1), recording(90, 2)], { signal: controller.signal });
  await expect(
    (async () => {
      for await (const step of running) if (step.kind === 'recording') controller.abort(new Error('enough'));
    })(),
  ).rejects.toThrow('enough');
});
