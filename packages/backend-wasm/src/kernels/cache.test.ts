import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { call, expectNoGrowth, ints, numbers, start } from '../testing/index.js';

beforeAll(start);

test('rows are written at every position, and nothing else changes', () => {
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

test('rows outside the capacity are dropped and overwrite nothing', () => {
  const { tensor } = numbers(2);
  const [capacity, length, dim] = [5, 3, 3];
  for (const position of [-4, -3, -2, -1, 3, 4, 5, 6])
    tf.tidy(() => {
      const [cache, x] = [tensor([2, 2, capacity, dim]), tensor([2, 2, length, dim])];
      const [before, rows] = [cache.dataSync().slice(), x.dataSync()];
      const next = call('appendToCache', { cache, x, position: ints([position], [1]) });
      const expected = before.map((v, i) => {
        const [group, row, column] = [Math.floor(i / capacity / dim), Math.floor(i / dim) % capacity, i % dim];
        const from = row - position;
        return from >= 0 && from < length ? rows[(group * length + from) * dim + column]! : v;
      });
      expect([...next.dataSync()]).toEqual([...expected]);
    });
});

test('a handle that is shared does not change', () => {
  tf.tidy(() => {
    const [cache, x, position] = [tf.zeros([1, 2, 5, 4]), tf.ones([1, 2, 1, 4]), ints([3], [1])];
    const alias = tf.reshape(cache, [40]);
    const next = call('appendToCache', { cache, x, position });
    expect(next.dataId).not.toBe(cache.dataId);
    expect(alias.dataSync().every(v => v === 0)).toBe(true);
    expect(next.dataSync().filter(v => v === 1).length).toBe(8);
  });
});

test('nothing grows over 1,000 calls', () => {
  const [cache, x, position] = [tf.zeros([1, 2, 5, 4]), tf.ones([1, 2, 1, 4]), ints([3], [1])];
  expectNoGrowth(() => call('appendToCache', { cache, x, position }));
  tf.dispose([cache, x, position]);
});

test('rows outside the capacity of a packed cache are dropped, and a shared handle does not change', () => {
  const { tensor } = numbers(4);
  for (const form of ['f16', 'int8'] as const)
    for (const position of [-2, 0, 3, 5])
      tf.tidy(() => {
        const [whole, x] = [tensor([2, 2, 5, 37]), tensor([2, 2, 3, 37])];
        const [cache, rows] = [whole, x].map(each => call('pack', { x: each }, { form })) as [tf.Tensor, tf.Tensor];
        const alias = tf.reshape(cache, cache.shape);
        const [before, added, words] = [cache.dataSync().slice(), rows.dataSync(), cache.shape[3]!];
        const next = call('appendToPackedCache', { cache, x, position: ints([position], [1]) }, { form });
        const expected = before.map((v, i) => {
          const [head, row] = [Math.floor(i / words / 5), (Math.floor(i / words) % 5) - position];
          return row >= 0 && row < 3 ? added[(head * 3 + row) * words + (i % words)]! : v;
        });
        expect([...next.dataSync()]).toEqual([...expected]);
        expect([...alias.dataSync()]).toEqual([...before]);
      });
});
