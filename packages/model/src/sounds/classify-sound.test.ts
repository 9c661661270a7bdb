import '@residual/testkit/wasm';
import { readWav, resample } from '@residual/audio';
import { memoryUsage } from '@residual/tensor';
import { fixture, fixtureJson } from '@residual/testkit';
import { expect, test } from 'vitest';
import { loadModel } from '../load/load-model.js';
import type { ModelFiles } from '../load/sources/files.js';
import type { Model } from '../model.js';
import { fixtureFiles } from '../testing/fixture-files.js';
import type { LabelScore } from '../understand/classify.js';

interface Reference {
  readonly preprocessor: object;
  readonly whole: readonly LabelScore[];
  readonly part: readonly LabelScore[];
  readonly multiLabel: readonly LabelScore[];
}

const reference = () => fixtureJson<Reference>('audio/sound-labels.json');
const speech = async () => readWav(await fixture('audio/speech.wav')).channels[0]!;

async function withModel(run: (model: Model) => Promise<void>, texts: Readonly<Record<string, string>> = {}) {
  const before = memoryUsage();
  const files = fixtureFiles('fixtures/architectures/ast');
  const { preprocessor } = await reference();
  const all: Readonly<Record<string, string>> = {
    'preprocessor_config.json': JSON.stringify(preprocessor),
    ...texts,
  };
  const source: ModelFiles = { ...files, text: async (name, options) => all[name] ?? files.text(name, options) };
  const model = await loadModel(source);
  try {
    await run(model);
  } finally {
    model.dispose();
  }
  expect(memoryUsage()).toEqual(before);
}

const expectScores = (scores: readonly LabelScore[], expected: readonly LabelScore[]) => {
  expect(scores.map(({ label }) => label)).toEqual(expected.map(({ label }) => label));
  for (const [i, { score }] of expected.entries()) expect(Math.abs(scores[i]!.score - score)).toBeLessThan(2e-5);
};

test('the labels of recordings have the scores of the reference, best first, alone and in batches', () =>
  withModel(async model => {
    const { whole, part } = await reference();
    const samples = await speech();
    expectScores(await model.classifySound(samples), whole);
    const progress: number[] = [];
    const onProgress = ({ done }: { readonly done: number }) => progress.push(done);
    const sounds = [samples, samples.slice(20_000, 20_700), { sampleRate: 16_000, channels: [samples, samples] }];
    const results = await model.classifySound(sounds, { batch: 2, onProgress });
    for (const [i, expected] of [whole, part, whole].entries()) expectScores(results[i]!, expected);
    expect(progress).toEqual([2, 3]);
  }));

test('where several labels may hold each has a score by itself', async () => {
  const { multiLabel } = await reference();
  const config = await fixtureJson<object>('architectures/ast/config.json');
  const text = JSON.stringify({ ...config, problem_type: 'multi_label_classification' });
  await withModel(async model => expectScores(await model.classifySound(await speech()), multiLabel), {
    'config.json': text,
  });
});

test('a recording of another rate and two channels is changed to the rate of the model', () =>
  withModel(async model => {
    const samples = await speech();
    const fast = resample(samples, { from: 16_000, to: 96_000 });
    const scores = await model.classifySound({ sampleRate: 96_000, channels: [fast, fast] });
    const back = resample(fast, { from: 96_000, to: 16_000 });
    expect(scores).toEqual(await model.classifySound(back));
  }));

test('what is no sound is refused, and an ended call leaves no tensor', () =>
  withModel(async model => {
    const refused = (input: never, message: string) => expect(model.classifySound(input)).rejects.toThrow(message);
    await refused([] as never, 'classifySound: there are no recordings');
    await refused(new Float32Array(0) as never, 'classifySound: recording 0 has no samples');
    await refused(
      Float32Array.of(0, Number.NaN) as never,
      'classifySound: recording 0 holds a sample that is not finite',
    );
    await refused('sound.wav' as never, 'classifySound: recording 0 is "sound.wav"; it must be samples');
    await refused(
      { values: new Float32Array(12), shape: [3, 4] } as never,
      'classifySound: features 0 are [3, 4] of 12 numbers; the model reads [22, 16]',
    );
    await expect(model.classifySound(await speech(), { topK: 1 } as never)).rejects.toThrow(
      'classifySound: topK is not an option',
    );
    const signal = AbortSignal.abort(new Error('ended'));
    await expect(model.classifySound(await speech(), { signal })).rejects.toThrow('ended');
    await expect(
      model.classifyImage({ width: 1, height: 1, channels: 3, data: new Uint8Array(3) } as never),
    ).rejects.toThrow('classifyImage: audio-spectrogram-transformer is a model for audio-classification');
  }));

test('features of another size than the model reads are refused', async () => {
  const { preprocessor } = await reference();
  const text = JSON.stringify({ ...preprocessor, max_length: 24 });
  await withModel(
    async model =>
      expect(model.classifySound(await speech())).rejects.toThrow(
        'classifySound: the features of preprocessor_config.json are [24, 16] of 384 numbers; the model reads [22, 16]',
      ),
    { 'preprocessor_config.json': text },
  );
});
