import { expect, test } from 'vitest';
import {
  chosenHead,
  maxTokens,
  rankHeads,
  tokenIndicesOf,
  truncationNote,
  whyUnreadable,
} from './attention-numbers.js';

const texts = ['a', ' fl', 'uffy', ' blue', ' creature'];

test('the tokens of a word are found', () => {
  expect(tokenIndicesOf('fluffy', texts)).toEqual([1, 2]);
  expect(tokenIndicesOf('creature', texts)).toEqual([4]);
  expect(tokenIndicesOf('red', texts)).toEqual([]);
});

test('heads are ranked by their attention from the noun to the adjectives', () => {
  const length = texts.length;
  const head = (weights: readonly number[]) => {
    const data = new Float32Array(length * length);
    data.set(weights, 4 * length);
    return data;
  };
  const pattern = [
    [head([0.5, 0.125, 0, 0.125, 0.25]), head([0, 0, 0, 0, 1])],
    [head([0, 0.25, 0.25, 0.25, 0.25]), head([1, 0, 0, 0, 0])],
  ];
  const ranked = rankHeads(pattern, texts, 'creature', ['fluffy', 'blue']);
  expect(ranked[0]).toEqual({ layer: 1, head: 0, query: 4, keys: [1, 2, 3], weights: [0.5, 0.25], total: 0.75 });
  expect(ranked.map(({ layer, head }) => [layer, head]).slice(0, 2)).toEqual([
    [1, 0],
    [0, 0],
  ]);
  expect(rankHeads(pattern, texts, 'creature', ['red'])).toEqual([]);
  expect(rankHeads(pattern, texts, '', ['blue'])).toEqual([]);
  expect(rankHeads(pattern, texts, 'creature', [])).toEqual([]);
  expect(chosenHead(ranked, { layer: -1, head: -1 })).toEqual({ layer: 1, head: 0 });
  expect(chosenHead(ranked, { layer: 0, head: -1 })).toEqual({ layer: 0, head: 0 });
  expect(chosenHead(ranked, { layer: -1, head: 1 })).toEqual({ layer: 0, head: 1 });
  expect(chosenHead([], { layer: 3, head: -1 })).toEqual({ layer: 3, head: 0 });
});

test('all heads of a text together take at most 128 MB', () => {
  expect(maxTokens(6, 5)).toBeGreaterThan(1000);
  const length = maxTokens(12, 12);
  expect(length * length * 144 * 4).toBeLessThanOrEqual(128 * 2 ** 20);
});

test.each([
  ['', ['blue'], 'Enter the word that looks; its weights are shown here.'],
  ['creature', [], 'Enter words that “creature” looks at; their weights are shown here.'],
  ['dragon', ['blue'], '“dragon” is not in the text; the map still shows which position attends to which.'],
  [
    'dragon',
    ['red', 'blue', 'red'],
    '“dragon” and “red” are not in the text; the map still shows which position attends to which.',
  ],
  ['fluffy', ['blue'], '“fluffy” comes before “blue”; a token looks only at itself and at the tokens before it.'],
  [
    'the',
    ['blue', 'creature'],
    '“the” comes before those words; a token looks only at itself and at the tokens before it.',
  ],
  ['creature', ['fluffy', 'blue'], undefined],
  ['blue', ['fluffy', 'creature'], undefined],
] as const)('a sentence explains why there are no weights from %j to %j', (noun, words, reason) => {
  expect(whyUnreadable(['the', ' fl', 'uffy', ' blue', ' creature'], noun, words)).toBe(reason);
});

test('a note counts the tokens of a long text that are left out', () => {
  expect(truncationNote(60, 60)).toBe('');
  expect(truncationNote(1561, 256)).toBe(
    'The text has 1,561 tokens. The first 256 are shown and 1,305 are left out: ' +
      'more do not fit this model or this page.',
  );
});
