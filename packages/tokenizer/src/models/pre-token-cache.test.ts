import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { PreTokenCache } from './pre-token-cache.js';

/** Encodes a pre-token; one that is not cached gets the given ids. */
const read = (cache: PreTokenCache, piece: string, fresh: readonly number[]) => {
  const ids = [-7];
  cache.encode(piece, ids, (_, list) => list.push(...fresh));
  return ids.slice(1);
};

test('cached pre-tokens are not encoded again', () => {
  const cache = new PreTokenCache();
  expect(read(cache, 'a', [3])).toEqual([3]);
  expect(read(cache, 'b', [1, 2])).toEqual([1, 2]);
  expect(read(cache, 'c', [])).toEqual([]);
  expect(['a', 'b', 'c'].map(piece => read(cache, piece, [0]))).toEqual([[3], [1, 2], []]);
});

test('it is cleared instead of growing beyond its limit, and stores no long pre-tokens', () => {
  const cache = new PreTokenCache();
  for (let number = 0; number < 30_000; number++) {
    expect(read(cache, `${number}`, [number])).toEqual([number]);
    expect(read(cache, `${number}`, [-1])).toEqual([number]);
  }
  expect(read(cache, '0', [-1])).toEqual([-1]);
  expect(cache.byteLength).toBe(2.5e6);
  read(cache, 'a'.repeat(65), [1]);
  expect(read(cache, 'a'.repeat(65), [2])).toEqual([2]);
});

test('a cached pre-token does not keep its text alive', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const cache = new PreTokenCache();
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let number = 0; number < 500; number++) {
    const text = Array.from({ length: 5000 }, (_, index) => `${number} ${index}`).join(' ');
    read(cache, text.slice(10, 40), [number]);
  }
  collect();
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(1e7);
  expect(read(cache, '', [5])).toEqual([5]);
});
