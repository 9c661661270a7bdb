import { expect, test } from 'vitest';
import { patternOf, placesOf, regards } from './attention-numbers.js';

const texts = ['a', ' fl', 'uffy', ' blue', ' creature'];

test('a word is found in the tokens that it is made of', () => {
  expect(placesOf('fluffy', texts)).toEqual([1, 2]);
  expect(placesOf('creature', texts)).toEqual([4]);
  expect(placesOf('red', texts)).toEqual([]);
});

test('the head that looks most from the noun at the adjectives comes first', () => {
  const length = texts.length;
  const head = (weights: readonly number[]) => {
    const data = new Float32Array(length * length);
    data.set(weights, 4 * length);
    return [...data];
  };
  const tap = (...heads: number[][]) => ({
    shape: [heads.length, length, length],
    data: new Float32Array(heads.flat()),
  });
  const pattern = patternOf({
    'decoder.layers.1.attention.weights': tap(head([0, 0.25, 0.25, 0.25, 0.25]), head([1, 0, 0, 0, 0])),
    'decoder.layers.0.attention.weights': tap(head([0.5, 0.125, 0, 0.125, 0.25]), head([0, 0, 0, 0, 1])),
  });
  const found = regards(pattern, texts, 'creature', ['fluffy', 'blue']);
  expect(found[0]).toEqual({ layer: 1, head: 0, weights: [0.5, 0.25], total: 0.75 });
  expect(found.map(({ layer, head }) => [layer, head]).slice(0, 2)).toEqual([
    [1, 0],
    [0, 0],
  ]);
  expect(regards(pattern, texts, 'creature', ['red'])).toEqual([]);
});
