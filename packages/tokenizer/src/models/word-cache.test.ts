import { expect, test } from 'vitest';
import { hashOf } from './hash.js';
import { type WordCache, wordCache } from './word-cache.js';

const bytesOf = (word: string) => new TextEncoder().encode(`<${word}>`);
const recall = (cache: WordCache<Uint8Array>, word: string) => {
  const ids = [-7];
  const bytes = bytesOf(word);
  const to = bytes.length - 1;
  return cache.lookUp(bytes, 1, to, hashOf(bytes, 1, to), ids) ? ids.slice(1) : undefined;
};
const remember = (cache: WordCache<Uint8Array>, word: string, ids: readonly number[], first: number) => {
  const bytes = bytesOf(word);
  const to = bytes.length - 1;
  cache.store(bytes, 1, to, hashOf(bytes, 1, to), ids, first);
};

test('stored words are found, and nothing else', () => {
  const cache = wordCache(Uint8Array);
  for (let number = 0; number < 5000; number++) remember(cache, `${number}`, [0, number, number + 1], 1);
  for (let number = 0; number < 5000; number++) expect(recall(cache, `${number}`)).toEqual([number, number + 1]);
  expect(recall(cache, '5000')).toBeUndefined();
  expect(recall(cache, '')).toBeUndefined();
});

test('it takes 2.5 MB, and is cleared instead of growing', () => {
  const cache = wordCache(Uint8Array);
  for (let number = 0; number < 100_000; number++) {
    const word = `${number}`.padEnd(40, '-');
    remember(cache, word, new Array(20).fill(number), 0);
    expect(recall(cache, word)?.[19]).toBe(number);
  }
  expect(cache.byteLength).toBeLessThan(2.7e6);
  expect(recall(cache, '0'.padEnd(40, '-'))).toBeUndefined();
});

test('long words are not stored', () => {
  const cache = wordCache(Uint8Array);
  const word = 'a'.repeat(65);
  remember(cache, word, [1], 0);
  expect(recall(cache, word)).toBeUndefined();
});
