import '@residual/testkit/wasm';
import { expectNoLeak } from '@residual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadModel } from '../load/load-model.js';
import type { Model } from '../model.js';
import { filesWith, readingVits } from '../testing/speaking-files.js';
import type { SpeakOptions } from './options.js';
import type { SpokenSentence } from './speech.js';

const phones = ['<blank>', '<unk>', 'HH', 'AH0', 'L', 'OW1', ' ', ',', '.', 'M', 'AA1'];
const word = (text: string, phones: readonly string[], pause = '') => ({
  ...{ word: text, start: 0, end: text.length, pause, phones },
});
const words = [word('hello', ['HH', 'AH0', 'L', 'OW1'], '.'), word('ma', ['M', 'AA1'], '.')];

let model: Model;
beforeAll(async () => {
  const vocab = { ...Object.fromEntries(phones.map((phone, id) => [phone, id])), '<sos/eos>': 22 };
  model = await loadModel(filesWith('fastspeech2', { 'vocab.json': vocab }));
});
afterAll(() => model.dispose());

const voice = { speaker: 1, language: 2, speakerEmbedding: new Float32Array(6).fill(0.5), seed: 1 };
const speak = (options: SpeakOptions) => model.speak(words, { ...voice, ...options }).result();
const durationsOf = (sentences: readonly SpokenSentence[]) =>
  sentences.map(({ tokens }) => tokens.map(({ start, end }) => end - start));
const pitchesOf = (sentences: readonly SpokenSentence[]) =>
  sentences.map(({ tokens }) => tokens.map(({ pitch }) => pitch!));

test('the durations and pitches of a speech, given back, are the same speech', async () => {
  const first = await speak({ speed: 0.2, pitch: 0.3 });
  const [durations, pitches] = [durationsOf(first.sentences), pitchesOf(first.sentences)];
  const again = await speak({ durations, pitches });
  expect([...again.samples]).toEqual([...first.samples]);
  expect(again.sentences).toEqual(first.sentences);
});

test('a token of twice the duration makes the speech longer, one of another pitch changes its sound', async () => {
  const first = await speak({ speed: 0.2 });
  const [durations] = [durationsOf(first.sentences)];
  const seconds = durations[1]![0]!;
  expect(seconds).toBeGreaterThan(0);
  const longer = await speak({ speed: 0.2, durations: [undefined, [2 * seconds, ...Array(3).fill(undefined)]] });
  expect(longer.samples.length / longer.sampleRate).toBeCloseTo(first.samples.length / first.sampleRate + seconds, 6);
  expect(durationsOf(longer.sentences)[0]).toEqual(durations[0]);
  const given = [...Array(2).fill(undefined), 4, ...Array(3).fill(undefined)];
  const higher = await speak({ speed: 0.2, pitches: [given, undefined] });
  expect(pitchesOf(higher.sentences)).toEqual(
    pitchesOf(first.sentences).map((list, i) => list.map((pitch, k) => (i === 0 && k === 2 ? 4 : pitch))),
  );
  expect(higher.samples.length).toBe(first.samples.length);
  expect([...higher.samples]).not.toEqual([...first.samples]);
});

test('VITS, which draws durations, speaks those that are given', async () => {
  const vits = await loadModel(await readingVits({ sampling_rate: 800, speaking_rate: 6 }));
  const options = { seed: 3, durationNoiseScale: 0.5 };
  const first = await vits.speak('go!', options).result();
  const durations = durationsOf(first.sentences);
  const again = await vits.speak('go!', { ...options, durations }).result();
  expect([...again.samples]).toEqual([...first.samples]);
  const doubled = durations.map(list => list.map(seconds => 2 * seconds));
  expect((await vits.speak('go!', { ...options, durations: doubled }).result()).samples.length).toBe(
    2 * first.samples.length,
  );
  await expect(vits.speak('go!', { pitches: [undefined] }).result()).rejects.toThrow(
    'speak: pitches is given; it must be absent: this model has no such setting',
  );
  vits.dispose();
});

test('numbers that do not fit the sentences are refused, and leave no memory', async () => {
  const cases: [SpeakOptions, string][] = [
    [{ durations: [undefined] }, 'speak: durations is of 1 sentences, the text has more'],
    [{ pitches: Array(3).fill(undefined) }, 'speak: pitches is of 3 sentences, the text has 2'],
    [{ durations: [[0.1], undefined] }, 'speak: durations[0] has 1 numbers, the sentence 6 tokens'],
    [
      { durations: [undefined, [0.1, 0.1, 0.1, -1]] },
      'speak: durations[1][3] is -1; it must be a number of seconds from 0 to 60',
    ],
    [
      { durations: [undefined, [0, 0, 0, 0]] },
      'speak: durations leave a sentence of 4 tokens no frame; it must last at least one',
    ],
    [{ pitches: [undefined, [0, Number.NaN, 0, 0]] }, 'speak: pitches[1][1] is NaN; it must be a finite number'],
    [{ pitches: 3 as never }, 'speak: pitches is 3; it must be a list for each sentence'],
    [
      { pitches: ['no', undefined] as never },
      'speak: pitches[0] is "no"; it must be a list with a number for each token',
    ],
  ];
  await speak({});
  await expectNoLeak(async () => {
    for (const [options, message] of cases) await expect(speak(options)).rejects.toThrow(message);
  });
  const steps = await loadModel(filesWith('speecht5-tts', {}));
  await expect(
    steps.speak([3], { speakerEmbedding: new Float32Array(8), durations: [undefined] }).result(),
  ).rejects.toThrow(/^speak: this model makes spectrograms/);
  steps.dispose();
});
