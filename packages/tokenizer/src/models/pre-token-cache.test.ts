import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { PreTokenCache } from './pre-token-cache.js';

/** Reads a piece; one that is not known has the ids given. */
const read = (cache: PreTokenCache, piece: string, fresh: readonly number[]) => {
  const ids = [-7];
  cache.encode(piece, ids, (_, list) => list.push(...fresh));
  return ids.slice(1);
};

test('pieces that are known are not read again', () => {
  const cache = new PreTokenCache();
  expect(read(cache, 'a', [3])).toEqual([3]);
  expect(read(cache, 'b', [1, 2])).toEqual([1, 2]);
  expect(read(cache, 'c', [])).toEqual([]);
  expect(['a', 'b', 'c'].map(piece => read(cache, piece, [0]))).toEqual([[3], [1, 2], []]);
});

test('it forgets instead of growing beyond its bytes, and keeps no long pieces', () => {
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

test('a piece does not hold on to the text that it is cut from', () => {
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
