import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { call, expectNear, expectNoGrowth, ints, numbers, start } from '../testing/index.js';

beforeAll(start);

test('rows are copied exactly, ids of any rank', () => {
  const { int, tensor } = numbers(1);
  for (const dim of [1, 2, 3, 4, 5, 8, 13])
    for (const shape of [[], [1], [7], [2, 3], [2, 1, 5]])
      tf.tidy(() => {
        const rows = int(1, 11);
        const weight = tensor([rows, dim]);
        const ids = ints(
          Array.from({ length: tf.util.sizeFromShape(shape) }, () => int(0, rows - 1)),
          shape,
        );
        const table = weight.dataSync();
        const y = call('embed', { weight, ids });
        expect(y.shape).toEqual([...shape, dim]);
        const expected = [...ids.dataSync()].flatMap(id => [...table.slice(id * dim, (id + 1) * dim)]);
        expect([...y.dataSync()]).toEqual(expected);
      });
});

test('entries of any axis are copied exactly, floats and integers', () => {
  const { int, tensor } = numbers(3);
  for (const shape of [[5], [3, 4], [2, 5, 3], [1, 7, 8], [2, 3, 5, 4]])
    for (const axis of shape.keys())
      for (const dtype of ['float32', 'int32'] as const)
        tf.tidy(() => {
          const x =
            dtype === 'float32'
              ? tensor(shape)
              : ints(
                  Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => i * 1013 - 500),
                  shape,
                );
          const selection = Array.from({ length: int(1, 6) }, () => int(0, shape[axis]! - 1));
          const y = call('gather', { x, indices: ints(selection, [selection.length]) }, { axis });
          expect([y.dtype, y.shape]).toEqual([dtype, shape.with(axis, selection.length)]);
          const inner = tf.util.sizeFromShape(shape.slice(axis + 1));
          const outer = tf.util.sizeFromShape(shape.slice(0, axis));
          const values = x.dataSync();
          const expected = Array.from({ length: outer }, (_, o) =>
            selection.map(i => [...values.slice((o * shape[axis]! + i) * inner, (o * shape[axis]! + i + 1) * inner)]),
          );
          expect([...y.dataSync()]).toEqual(expected.flat(2));
        });
});

test('values with the same id are added, rows without one are 0', () => {
  const { int, tensor } = numbers(2);
  for (const dim of [1, 3, 4, 7, 16])
    for (const count of [0, 1, 5, 40])
      tf.tidy(() => {
        const rows = int(1, 9);
        const values = tensor([count, dim]);
        const ids = ints(
          Array.from({ length: count }, () => int(0, rows - 1)),
          [count],
        );
        const expected = new Float64Array(rows * dim);
        values.dataSync().forEach((v, i) => {
          expected[ids.dataSync()[Math.floor(i / dim)]! * dim + (i % dim)]! += v;
        });
        const y = call('scatterAdd', { updates: values, indices: ids }, { shape: [rows, dim] });
        expect(y.shape).toEqual([rows, dim]);
        expectNear(y, expected, { absolute: 3e-6 }, `${count} values of ${dim}`);
      });
});

test('an id outside the table throws with both numbers and leaks nothing', () => {
  const [weight, over, under] = [tf.zeros([6000, 2]), ints([1, 6000], [2]), ints([-1, 0], [2])];
  const before = tf.backend().numDataIds();
  expect(() => call('embed', { weight, ids: over })).toThrow('embed: id 6000 is outside the vocabulary of 6000');
  expect(() => call('embed', { weight, ids: under })).toThrow('embed: id -1 is outside the vocabulary of 6000');
  expect(() => call('gather', { x: weight, indices: under }, { axis: 1 })).toThrow(
    'gather: index -1 is outside the 2 entries of axis 1',
  );
  const values = tf.zeros([2, 3]);
  expect(() => call('scatterAdd', { updates: values, indices: over }, { shape: [7, 3] })).toThrow(
    'scatterAdd: id 6000 is outside the 7 rows',
  );
  expect(tf.backend().numDataIds()).toBe(before + 1);
  tf.dispose([weight, over, under, values]);
});

test('nothing grows over 1,000 calls', () => {
  const [weight, ids, values] = [tf.zeros([9, 5]), ints([3, 4], [2]), tf.zeros([2, 5])];
  expectNoGrowth(() => call('embed', { weight, ids }));
  expectNoGrowth(() => call('scatterAdd', { updates: values, indices: ids }, { shape: [9, 5] }));
  tf.dispose([weight, ids, values]);
});
