import '@residual/testkit/wasm';
import { joined } from '@residual/appkit';
import { loadModel } from '@residual/model';
import { minilm } from '@residual/model-minilm';
import { expect, test } from 'vitest';
import { nearestSentences, sentenceFunctions } from './sentence-computations.js';
import { exampleSentences, sentencesIn } from './sentence-examples.js';
import { shortened } from './sentence-plot.js';

test('each example sentence is nearest to one of its own theme, and themes lie apart on the map', async () => {
  const model = await loadModel(minilm);
  const vectors = await model.embedBatch(exampleSentences);
  model.dispose();
  const map = sentenceFunctions.sentenceMap(joined(vectors), vectors.length);
  const themeOf = (row: number) => Math.floor(row / 4);
  for (const row of exampleSentences.keys()) {
    const [best] = nearestSentences(map, row, 1);
    expect(themeOf(best!.row), exampleSentences[row]).toBe(themeOf(row));
    const cosine = vectors[row]!.reduce((sum, value, i) => sum + value * vectors[best!.row]![i]!, 0);
    expect(best!.cosine).toBeCloseTo(cosine, 5);
  }
  const centres = [0, 1, 2, 3].map(theme => [0, 1].map(axis => mean(map.points, 8 * theme + axis)));
  for (const [theme, [x, y]] of centres.entries())
    for (const [u, v] of centres.slice(0, theme)) expect(Math.hypot(x! - u!, y! - v!)).toBeGreaterThan(0.2);
});

/** The mean of four numbers, each two apart. */
const mean = (values: Float32Array, from: number) =>
  [0, 2, 4, 6].reduce((sum, offset) => sum + values[from + offset]! / 4, 0);

test('sentences are the lines of a text without repetitions, three to a hundred of them', () => {
  expect(sentencesIn(' One. \n\nTwo.\nOne.\nThree.')).toEqual(['One.', 'Two.', 'Three.']);
  expect(() => sentencesIn('One.\nOne.')).toThrow('There is 1 sentence; a map needs 3 or more, one on each line.');
  const many = Array.from({ length: 101 }, (_, i) => `${i}`).join('\n');
  expect(() => sentencesIn(many)).toThrow('There are 101 sentences; the map takes 100 at most.');
});

test('a long sentence is shortened at a word', () => {
  expect(shortened('Bake the bread.', 15)).toBe('Bake the bread.');
  expect(shortened('Bake the bread until it is golden.', 20)).toBe('Bake the bread…');
  expect(shortened('x'.repeat(30), 20)).toBe(`${'x'.repeat(20)}…`);
});
