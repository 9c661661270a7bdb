import { expect, test } from 'vitest';
import { type ClassifyWindow, keywordSpotter, type SpottedWindow } from '../index.js';

/** Two words of half a second at 0.5 s and 2.5 s at 16 kHz, in 4 s of silence. */
const sound = Float32Array.from({ length: 64_000 }, (_, i) => {
  const isWord = (i >= 8000 && i < 16_000) || (i >= 40_000 && i < 48_000);
  return isWord ? 0.5 * Math.sin(0.1 * i) : 0;
});

/** Hears `yes` where the middle half of a window is loud, else silence. */
const windows: Float32Array[] = [];
const classify: ClassifyWindow = async samples => {
  windows.push(samples);
  const middle = samples.subarray(4000, 12_000);
  const loud = middle.filter(sample => Math.abs(sample) > 0.01).length / middle.length;
  return [
    { label: 'silence', score: 1 - loud },
    { label: 'yes', score: loud },
  ];
};
const spotted = (all: readonly SpottedWindow[]) =>
  all.flatMap(({ time, spotted: word }) => (word ? [[word.label, Math.round(10 * time) / 10] as const] : []));

test('a word is spotted once, when it is in the middle of the windows', async () => {
  const all = await keywordSpotter(classify).push(sound);
  expect(all.map(({ time }) => Math.round(10 * time))).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
  const found = spotted(all);
  expect(found.map(([label]) => label)).toEqual(['yes', 'yes']);
  expect(found[0]![1]).toBeGreaterThanOrEqual(1.1);
  expect(found[0]![1]).toBeLessThanOrEqual(1.4);
  expect(found[1]![1] - found[0]![1]).toBeCloseTo(2, 5);
});

test('windows are the last second, the scores are means of three, and silence costs nothing', async () => {
  windows.length = 0;
  const all = await keywordSpotter(classify).push(sound);
  const single = await keywordSpotter(classify, { hop: 0.3 }).push(sound);
  const alone = single.find(({ scores }) => scores.size > 0)!; // one window is enough for 0.3 s
  const at = Math.round(alone.time * 16_000);
  const labels = await classify(Float32Array.from({ length: 16_000 }, (_, i) => sound[at - 16_000 + i] ?? 0));
  expect(alone.scores.get('yes')).toBe(labels[1]!.score);
  windows.length = 0;
  await keywordSpotter(classify).push(sound);
  const heard = all.filter(({ scores }) => scores.size > 0);
  expect(windows.length).toBe(heard.length);
  expect(heard.length).toBeLessThan(30); // of 40; two words of 0.5 s, each with 0.6 s after it
  const first = heard[0]!;
  expect(first.time).toBeCloseTo(0.6, 5);
  const end = Math.round(first.time * 16_000);
  expect(windows[0]).toEqual(Float32Array.from({ length: 16_000 }, (_, i) => sound[end - 16_000 + i] ?? 0));
  const raw = await Promise.all(windows.slice(2, 5).map(classify));
  const mean = raw.reduce((sum, labels) => sum + labels[1]!.score / 3, 0);
  expect(heard[4]!.scores.get('yes')).toBeCloseTo(mean, 12);
});

test('how the samples are cut changes nothing, and calls are taken in order', async () => {
  const whole = await keywordSpotter(classify).push(sound);
  const spotter = keywordSpotter(classify);
  const calls: Promise<readonly SpottedWindow[]>[] = [];
  for (let from = 0; from < sound.length; from += 1777) calls.push(spotter.push(sound.subarray(from, from + 1777)));
  expect((await Promise.all(calls)).flat()).toEqual(whole);
});

test('no word is spotted shortly after another one, nor below the threshold, nor an ignored one', async () => {
  expect(spotted(await keywordSpotter(classify, { refractory: 3 }).push(sound))).toHaveLength(1);
  const half: ClassifyWindow = async () => [{ label: 'yes', score: 0.5 }];
  expect(spotted(await keywordSpotter(half).push(sound))).toEqual([]);
  expect(spotted(await keywordSpotter(half, { threshold: 0.5 }).push(sound)).length).toBeGreaterThan(0);
  expect(spotted(await keywordSpotter(half, { threshold: 0.5, ignored: ['yes'] }).push(sound))).toEqual([]);
});

test('an error of the classifier ends its call alone, and options that do not fit are refused', async () => {
  let calls = 0;
  const spotter = keywordSpotter(async samples => {
    if (calls++ === 0) throw new Error('lost');
    return classify(samples);
  });
  const [first, second] = [spotter.push(sound.subarray(0, 12_000)), spotter.push(sound.subarray(12_000, 14_400))];
  await expect(first).rejects.toThrow('lost');
  expect((await second).length).toBe(1);
  const message = (options: object) => () => keywordSpotter(classify, options);
  expect(message({ hop: 2 })).toThrow('keywordSpotter: hop is 2; it must be 0.01 to 1 seconds, the window');
  expect(message({ threshold: 0 })).toThrow('keywordSpotter: threshold is 0; it must be above 0 and at most 1');
  expect(message({ smoothing: -1 })).toThrow('keywordSpotter: smoothing is -1; it must be 0 to 60 seconds');
  expect(message({ ignored: 'yes' })).toThrow('keywordSpotter: ignored is "yes"; it must be a list of labels');
  expect(message({ treshold: 1 })).toThrow('treshold');
});
