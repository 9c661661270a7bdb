import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { PreTokenCache } from './pre-token-cache.js';

/** Reads a piece; one that is not known has the ids given. */
const read = (memory: PreTokenCache, piece: string, fresh: readonly number[]) => {
  const ids = [-7];
  memory.encode(piece, ids, (_, list) => list.push(...fresh));
  return ids.slice(1);
};

test('pieces that are known are not read again', () => {
  const memory = new PreTokenCache();
  expect(read(memory, 'a', [3])).toEqual([3]);
  expect(read(memory, 'b', [1, 2])).toEqual([1, 2]);
  expect(read(memory, 'c', [])).toEqual([]);
  expect(['a', 'b', 'c'].map(piece => read(memory, piece, [0]))).toEqual([[3], [1, 2], []]);
});

test('it forgets instead of growing beyond its bytes, and keeps no long pieces', () => {
  const memory = new PreTokenCache();
  for (let number = 0; number < 30_000; number++) {
    expect(read(memory, `${number}`, [number])).toEqual([number]);
    expect(read(memory, `${number}`, [-1])).toEqual([number]);
  }
  expect(read(memory, '0', [-1])).toEqual([-1]);
  expect(memory.byteLength).toBe(2.5e6);
  read(memory, 'a'.repeat(65), [1]);
  expect(read(memory, 'a'.repeat(65), [2])).toEqual([2]);
});

test('a piece does not hold on to the text that it is cut from', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const memory = new PreTokenCache();
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let number = 0; number < 500; number++) {
    const text = Array.from({ length: 5000 }, (_, index) => `${number} ${index}`).join(' ');
    read(memory, text.slice(10, 40), [number]);
  }
  collect();
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(1e7);
  expect(read(memory, '', [5])).toEqual([5]);
});
