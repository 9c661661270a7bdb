import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { call, expectNoGrowth, ints, numbers, start } from '../testing/index.js';

beforeAll(start);

test('rows go where they belong and nothing else changes, for every position', () => {
  const { tensor } = numbers(1);
  const [batch, kvHeads, capacity] = [2, 3, 7];
  for (const dim of [1, 3, 4, 5, 8])
    for (const length of [1, 2, 5])
      for (let position = 0; position + length <= capacity; position++)
        tf.tidy(() => {
          const cache = tensor([batch, kvHeads, capacity, dim]);
          const x = tensor([batch, kvHeads, length, dim]);
          const expected = cache.dataSync().slice();
          const rows = x.dataSync();
          for (let group = 0; group < batch * kvHeads; group++)
            for (let i = 0; i < length * dim; i++)
              expected[(group * capacity + position) * dim + i] = rows[group * length * dim + i]!;
          const next = call('appendToCache', { cache, x, position: ints([position], [1]) });
          expect(next.shape).toEqual(cache.shape);
          expect([...next.dataSync()]).toEqual([...expected]);
        });
});

test('it works in the memory of the cache, which lives until both handles are disposed', () => {
  const before = tf.memory();
  const [cache, x, position] = [tf.zeros([1, 2, 5, 4]), tf.ones([1, 2, 1, 4]), ints([3], [1])];
  const next = call('appendToCache', { cache, x, position });
  expect(next.dataId).toBe(cache.dataId);
  cache.dispose();
  expect(Array.from(next.dataSync()).filter(v => v === 1).length).toBe(8);
  expect(tf.memory().numDataBuffers - before.numDataBuffers).toBe(3);
  tf.dispose([next, x, position]);
  expect(tf.memory()).toEqual(before);
});

test('what does not fit is an error with both numbers', () => {
  tf.tidy(() => {
    const [cache, x] = [tf.zeros([1, 2, 5, 4]), tf.zeros([1, 2, 3, 4])];
    const at = (position: number) => () => call('appendToCache', { cache, x, position: ints([position], [1]) });
    expect(at(3)).toThrow('appendToCache: position 3 + length 3 is over the capacity 5');
    expect(at(-1)).toThrow('appendToCache: position -1 is below 0');
  });
});

test('nothing grows over 1,000 calls', () => {
  const [cache, x, position] = [tf.zeros([1, 2, 5, 4]), tf.ones([1, 2, 1, 4]), ints([3], [1])];
  expectNoGrowth(() => call('appendToCache', { cache, x, position }));
  tf.dispose([cache, x, position]);
});
