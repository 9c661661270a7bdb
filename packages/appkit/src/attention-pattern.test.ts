import { expect, test } from 'vitest';
import { patternOf, patternOfTaps } from './attention-pattern.js';

const data = Float32Array.from({ length: 2 * 3 * 5 * 7 }, (_, i) => i);

test('weights [depth, heads, queryLen, keyLen] are split by layer and head', () => {
  const pattern = patternOf({ shape: [2, 3, 5, 7], data });
  expect(pattern.map(heads => heads.map(head => head[0]))).toEqual([
    [0, 35, 70],
    [105, 140, 175],
  ]);
  expect(pattern.flat().every(head => head.length === 35)).toBe(true);
});

test('taps are sorted by the layer in their path', () => {
  const heads = { shape: [1, 1, 1], data: Float32Array.of(0.5) };
  const pattern = patternOfTaps({
    'decoder.layers.1.attention.weights': heads,
    'decoder.layers.0.attention.weights': { shape: [2, 1, 1], data: Float32Array.of(0.25, 0.75) },
  });
  expect(pattern.map(layer => layer.map(head => [...head]))).toEqual([[[0.25], [0.75]], [[0.5]]]);
});
