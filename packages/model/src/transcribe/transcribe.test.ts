import '@residual/testkit/wasm';
import { memoryUsage, tensor, tidy } from '@residual/tensor';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadModel } from '../load/load-model.js';
import type { Model } from '../model.js';
import { speechModelOf } from '../model-kind.js';
import { fixtureFiles } from '../testing/fixture-files.js';
import type { TranscribeOptions } from './options.js';
import type { TranscriptionStep } from './transcription.js';

/** A tiny Whisper with random weights: windows of 40 frames of 16 bins, no tokenizer. */
let model: Model;
beforeAll(async () => {
  model = await loadModel(fixtureFiles('fixtures/architectures/whisper-generate'));
});
afterAll(() => model.dispose());

/** Features of a recording, [16, frames]. */
const features = (frames: number, phase: number) => ({
  values: Float32Array.from(
    { length: 16 * frames },
    (_, i) => Math.sin(phase + 0.37 * i) + Math.cos(0.011 * i * phase),
  ),
  shape: [16, frames],
});
/** The reference's own rules: one greedy attempt. */
const plain = { temperature: 0, compressionRatioThreshold: null, logprobThreshold: null, maxNewTokens: 12 } as const;

test('a long recording is read in windows, each from the end of the last segment on', async () => {
  const { segments, windows, duration, tokens } = await model.transcribe(features(113, 1), plain).result();
  expect(duration).toBeCloseTo(1.13, 6);
  expect(windows.length).toBeGreaterThan(1);
  for (const [i, { start, end, attempts, isSkipped }] of windows.entries()) {
    if (i > 0) expect(start).toBeGreaterThan(windows[i - 1]!.start);
    expect([end <= 1.13, attempts.length, isSkipped]).toEqual([true, 1, false]);
  }
  expect(tokens).toEqual(segments.flatMap(segment => segment.tokens));
  expect(segments.every(({ start, window }) => start >= windows[window]!.start)).toBe(true);
  expect(segments[0]!.tokens[0]).toBeGreaterThanOrEqual(93); // it begins with a time
});

test('recordings of any lengths in batches give what each gives alone, and no tensor is kept', async () => {
  const before = memoryUsage();
  const recordings = [features(113, 1), features(31, 2), features(57, 3), features(40, 5)];
  const options: TranscribeOptions = { ...plain, timestamps: 'segment', conditionOnPrevTokens: true };
  const together = await model.transcribe(recordings, { ...options, batch: 3, seed: 1 }).result();
  for (const [i, recording] of recordings.entries()) {
    const alone = await model.transcribe(recording, { ...options, seed: 1 }).result();
    const textOf = ({ segments }: typeof alone) => segments.map(({ start, end, tokens }) => [start, end, tokens]);
    expect(textOf(together[i]!)).toEqual(textOf(alone));
    for (const [w, { attempts }] of alone.windows.entries()) {
      const other = together[i]!.windows[w]!.attempts[0]!;
      expect(other.avgLogprob).toBeCloseTo(attempts[0]!.avgLogprob, 4);
      expect(other.noSpeechProb).toBeCloseTo(attempts[0]!.noSpeechProb!, 5);
    }
  }
  expect(memoryUsage()).toEqual(before);
});

test('steps show the text as it grows, and how far it is', async () => {
  const steps: TranscriptionStep[] = [];
  for await (const step of model.transcribe([features(57, 1), features(20, 4)], { ...plain, topLogprobs: 2 }))
    steps.push(step);
  const kinds = steps.map(({ kind }) => kind);
  expect(new Set(kinds)).toEqual(new Set(['token', 'window', 'recording']));
  const tokens = steps.flatMap(step => (step.kind === 'token' ? [step] : []));
  expect(tokens.every(({ attempt, step }) => attempt === 0 && step.topLogprobs.length === 2)).toBe(true);
  const windows = steps.flatMap(step => (step.kind === 'window' ? [step] : []));
  expect(windows.map(({ total }) => total)).toEqual(windows.map(() => expect.closeTo(0.77, 6)));
  expect(windows.at(-1)!.done).toBeCloseTo(0.77, 6);
  for (const { recording, window, result } of windows) {
    const own = tokens.filter(step => step.recording === recording && step.window === window);
    expect(own.map(({ step }) => step.token)).toEqual(result.attempts[0]!.tokens);
    const mean = own.reduce((sum, { step }) => sum + step.logprob, 0) / own.length;
    expect(result.attempts[0]!.avgLogprob).toBeGreaterThan(mean); // among fewer tokens
  }
  expect(steps.flatMap(step => (step.kind === 'recording' ? [step.recording] : [])).toSorted()).toEqual([0, 1]);
});

test('a text that the thresholds refuse is drawn again at the next temperatures, by the seed', async () => {
  const before = memoryUsage();
  const options: TranscribeOptions = {
    ...{ temperature: [0, 0.6, 1], logprobThreshold: -0.01, compressionRatioThreshold: null, noSpeechThreshold: null },
    ...{ maxNewTokens: 8, seed: 7 },
  };
  const first = await model.transcribe(features(40, 2), options).result();
  const { attempts } = first.windows[0]!;
  expect(attempts.map(({ temperature, needsFallback }) => [temperature, needsFallback])).toEqual([
    [0, true],
    [0.6, true],
    [1, true],
  ]);
  const end = attempts.at(-1)!.tokens;
  expect(first.tokens.slice(0, 4)).toEqual(end.slice(0, 4));
  expect(await model.transcribe(features(40, 2), options).result()).toEqual(first);
  const other = await model.transcribe(features(40, 2), { ...options, seed: 8 }).result();
  expect(other.windows[0]!.attempts[0]).toEqual(attempts[0]);
  expect(other.windows[0]!.attempts[2]!.tokens).not.toEqual(end);
  const skipped = await model.transcribe(features(40, 2), { ...options, noSpeechThreshold: 0 }).result();
  expect([skipped.tokens, skipped.windows[0]!.isSkipped, skipped.windows[0]!.attempts.length]).toEqual([[], true, 1]);
  expect(memoryUsage()).toEqual(before);
});

test('by default an unlikely text stays where it is the whole, and is drawn again in a long recording', async () => {
  const options: TranscribeOptions = {
    ...{ logprobThreshold: -0.01, compressionRatioThreshold: null, noSpeechThreshold: null },
    ...{ maxNewTokens: 8, seed: 7 },
  };
  const whole = await model.transcribe(features(40, 2), { ...options, timestamps: 'segment' }).result();
  expect(whole.windows.map(({ attempts }) => attempts.map(({ temperature }) => temperature))).toEqual([[0]]);
  const long = await model.transcribe(features(77, 2), options).result();
  expect(long.windows.every(({ attempts }) => attempts.length === 6)).toBe(true);
  const repeated = { ...options, logprobThreshold: null, compressionRatioThreshold: 0.01 };
  const drawn = await model.transcribe(features(40, 2), { ...repeated, timestamps: 'segment' }).result();
  expect(drawn.windows[0]!.attempts.length).toBe(6);
});

test('beams find texts at least as likely as the greedy one', async () => {
  const before = memoryUsage();
  const greedy = await model.transcribe(features(40, 3), plain).result();
  const steps: TranscriptionStep[] = [];
  const generation = model.transcribe(features(40, 3), { ...plain, numBeams: 3 });
  for await (const step of generation) steps.push(step);
  const { beams, tokens } = (await generation.result()).windows[0]!.attempts[0]!;
  expect(beams).toHaveLength(3);
  expect(beams![0]!.newTokens).toEqual(tokens);
  expect(steps.filter(({ kind }) => kind === 'beams').length).toBeGreaterThanOrEqual(tokens.length);
  expect(greedy.windows[0]!.attempts[0]!.beams).toBeUndefined();
  expect(memoryUsage()).toEqual(before);
});

test('no sound gives no text, and nothing is computed', async () => {
  const silence = { values: new Float32Array(16 * 100).fill(-0.5), shape: [16, 100] };
  const { text, segments, windows } = await model.transcribe(silence, plain).result();
  expect([text, segments]).toEqual(['', []]);
  expect(windows.map(({ start, end, attempts, isSkipped }) => [start, end, attempts, isSkipped])).toEqual([
    [0, 0.4, [], true],
    [0.4, 0.8, [], true],
    [0.8, 1, [], true],
  ]);
  const decoded = await model.transcribe(silence, { ...plain, skipSilence: false }).result();
  expect(decoded.windows[0]!.attempts).toHaveLength(1);
  expect((await model.transcribe(new Float32Array(0), plain).result()).windows).toEqual([]);
  expect((await model.transcribe(new Float32Array(6400), plain).result()).windows[0]!.isSkipped).toBe(true);
});

test('samples become features: of another rate and several channels too', async () => {
  const tone = (rate: number) =>
    Float32Array.from({ length: 0.3 * rate }, (_, i) => Math.sin((2 * Math.PI * 440 * i) / rate));
  const { duration, tokens } = await model.transcribe(tone(16_000), plain).result();
  expect(duration).toBeCloseTo(0.3, 6);
  const stereo = { sampleRate: 32_000, channels: [tone(32_000), tone(32_000)] };
  const resampled = await model.transcribe(stereo, plain).result();
  expect([resampled.duration, resampled.tokens.length > 0]).toEqual([expect.closeTo(0.3, 6), true]);
  expect(tokens.length).toBeGreaterThan(0);
});

test('a language that is not named is the likeliest one after the start token', async () => {
  const generationConfig = {
    ...model.generationConfig,
    ...{ is_multilingual: true, lang_to_id: { '<|en|>': 80, '<|de|>': 81, '<|fr|>': 82 } },
    ...{ task_to_id: { transcribe: 83, translate: 84 }, alignment_heads: [[0, 1]] },
  };
  const several = await loadModel(fixtureFiles('fixtures/architectures/whisper-generate'), { generationConfig });
  const before = memoryUsage();
  const { values, shape } = features(40, 3);
  const frames = Float32Array.from(values, (_, i) => values[(i % 16) * 40 + Math.floor(i / 16)]!);
  const { layer, weights } = speechModelOf('test', several);
  const logits = tidy(() => {
    const source = tensor(frames, [1, 40, 16]);
    return layer(weights, { source, target: tensor([91], [1, 1], 'int32') });
  });
  const row = ((await logits.data()) as Float32Array).slice(80, 83);
  logits.dispose();
  const sum = row.reduce((total, logit) => total + Math.exp(logit), 0);
  const best = row.indexOf(Math.max(...row));
  const options = { ...plain, timestamps: 'word' } as const;
  const found = await several.transcribe({ values, shape }, options).result();
  expect(found.language).toBe(['en', 'de', 'fr'][best]);
  expect(found.languageProbability).toBeCloseTo(Math.exp(row[best]!) / sum, 4);
  const named = await several.transcribe({ values, shape }, { ...options, language: found.language }).result();
  expect([named.language, named.languageProbability]).toEqual([found.language, undefined]);
  expect(found.words).toEqual([]); // there is no tokenizer
  expect(memoryUsage()).toEqual(before);
  several.dispose();
});

test('an abort and a caller that leaves free everything', async () => {
  const before = memoryUsage();
  const abort = new AbortController();
  const run = async () => {
    for await (const _ of model.transcribe(features(113, 1), { ...plain, signal: abort.signal }))
      abort.abort(new Error('stop'));
  };
  await expect(run()).rejects.toThrow('stop');
  for await (const _ of model.transcribe(features(113, 1), plain)) break;
  expect(memoryUsage()).toEqual(before);
});

test('what does not fit is refused', async () => {
  const refused: [unknown, TranscribeOptions, string][] = [
    [features(40, 1), { timestamps: 'word' }, 'names no alignment_heads, by which words get their times'],
    [features(40, 1), { language: 'en' }, 'language is "en"; this model knows one language'],
    [features(40, 1), { prompt: 'Once' }, 'this model has no tokenizer; give the tokens of the prompt'],
    [features(40, 1), { temperature: -1 }, 'temperature is -1; it must be a number, 0 or more, or a list of them'],
    [features(40, 1), { noSpeechThreshold: 0.5, logprobThreshold: null }, 'does nothing without logprobThreshold'],
    [features(40, 1), { promptConditionType: 'all-segments' }, 'must be first-segment without conditionOnPrevTokens'],
    [features(40, 1), { lengthPenalty: 1 }, 'lengthPenalty does nothing with 1 beam; leave it out'],
    [features(40, 1), { oddity: 1 } as never, 'transcribe: oddity is not an option'],
    [
      { values: new Float32Array(30), shape: [15, 2] },
      {},
      'features 0 are [15, 2] of 30 numbers; [16, frames] would fit',
    ],
    [
      { values: new Float32Array(16).fill(Number.NaN), shape: [16, 1] },
      {},
      'features 0 hold a number that is not finite',
    ],
    [Float32Array.of(0, Number.NaN), {}, 'recording 0 holds a sample that is not finite'],
    ['a.wav', {}, 'recording 0 is "a.wav"; it must be samples, a recording of @residual/audio or its features'],
  ];
  for (const [audio, options, message] of refused)
    await expect(model.transcribe(audio as never, options).result(), message).rejects.toThrow(message);
});
