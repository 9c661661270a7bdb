import { expect, test } from 'vitest';
import { vectorTable } from '../index.js';
import { randomNumbers } from '../testing/tables.js';
import { umap } from './index.js';

/** Three clouds of words in 20 dimensions. */
const clouds = () => {
  const [dims, each] = [20, 40];
  const noise = randomNumbers(3 * each * dims, 3);
  const data = noise.map((value, i) => 0.2 * value + (Math.floor(i / dims / each) === (i % dims) % 3 ? 1 : 0));
  return vectorTable({ words: Array.from({ length: 3 * each }, (_, i) => `w${i}`), data });
};

test('words of one cluster are nearer to each other than to those of another', async () => {
  const points = await umap(clouds(), { epochs: 100 });
  expect(points).toHaveLength(240);
  const centre = (cloud: number) =>
    [0, 1].map(k => points.filter((_, i) => i % 2 === k && Math.floor(i / 80) === cloud).reduce((a, b) => a + b) / 40);
  const centres = [0, 1, 2].map(centre);
  for (let i = 0; i < 120; i++) {
    const distances = centres.map(([x, y]) => Math.hypot(points[2 * i]! - x!, points[2 * i + 1]! - y!));
    expect(distances.indexOf(Math.min(...distances))).toBe(Math.floor(i / 40));
  }
});

test('points depend only on the seed; dims and words are respected', async () => {
  const settings = { epochs: 20, neighbours: 5 };
  const first = await umap(clouds(), settings);
  expect(await umap(clouds(), settings)).toEqual(first);
  expect(await umap(clouds(), { ...settings, seed: 2 })).not.toEqual(first);
  const words = Array.from({ length: 30 }, (_, i) => `w${i}`);
  expect(await umap(clouds(), { ...settings, dims: 3, words })).toHaveLength(90);
});

test('it reports progress, an abort ends it, and invalid options are errors', async () => {
  const stages = new Set<string>();
  const abort = new AbortController();
  const onProgress = ({ stage, done }: { stage: string; done: number }) => {
    stages.add(stage);
    if (stage === 'layout' && done >= 10) abort.abort();
  };
  await expect(umap(clouds(), { epochs: 50, signal: abort.signal, onProgress })).rejects.toThrow('abort');
  expect([...stages]).toEqual(['neighbours', 'layout']);
  await expect(umap(clouds(), { words: ['w1', 'w2'] })).rejects.toThrow(
    'umap: 2 words have no 15 neighbours each; it takes more words',
  );
  await expect(umap(clouds(), { dims: 0 })).rejects.toThrow('umap: dims is 0; it must be a whole number, 1 or more');
  await expect(umap(clouds(), { neighbours: 1 })).rejects.toThrow(
    'umap: neighbours is 1; it must be a whole number, 2 or more',
  );
  await expect(umap(clouds(), { epochs: 0.5 })).rejects.toThrow(
    'umap: epochs is 0.5; it must be a whole number, 1 or more',
  );
  await expect(umap(clouds(), { seed: -1 })).rejects.toThrow(
    'umap: seed is -1; it must be a whole number from 0 to 4294967295',
  );
  await expect(umap(clouds(), { words: ['x9'] })).rejects.toThrow('umap: "x9" is not among the 120 words');
});
