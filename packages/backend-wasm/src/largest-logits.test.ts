import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { largestLogits } from './largest-logits.js';
import { expectNoGrowth, numbers, start } from './testing/index.js';

beforeAll(start);

const find = (values: number[][], count: number) => {
  const x = tf.tensor2d(values);
  const rows = largestLogits(tf.backend(), x, count);
  x.dispose();
  return rows;
};

test('the largest numbers of rows of any length, ties by lowest index, and the logarithm of their sum', () => {
  const random = numbers(3);
  for (const vocab of [1, 2, 3, 7, 8, 31, 300, 4099]) {
    const rows = [0, 1].map(() => Array.from({ length: vocab }, () => Math.round(random.real() * 60)));
    for (const count of [1, 2, 5, 9]) {
      for (const [i, { ids, values, logSumExp }] of find(rows, count).entries()) {
        const row = rows[i]!;
        const sorted = row.map((_, id) => id).sort((a, b) => row[b]! - row[a]! || a - b);
        expect(ids).toEqual(sorted.slice(0, count));
        expect(values).toEqual(ids.map(id => row[id]!));
        const sum = row.reduce((total, value) => total + Math.exp(value - values[0]!), 0);
        expect(logSumExp).toBeCloseTo(values[0]! + Math.log(sum), 9);
      }
    }
  }
});

test('a NaN or an Infinity anywhere, or nothing but -Infinity, shows in the logarithm', () => {
  for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY])
    for (let at = 0; at < 13; at++) {
      const [row] = find([Array.from({ length: 13 }, (_, i) => (i === at ? wrong : i))], 3);
      expect(row!.logSumExp).toBeNaN();
    }
  expect(find([[-Infinity, -Infinity]], 1)[0]!.logSumExp).toBeNaN();
  expect(find([[-Infinity, 2, -Infinity]], 2)).toEqual([{ ids: [1, 0], values: [2, -Infinity], logSumExp: 2 }]);
});

test('nothing grows', () => {
  const x = numbers(5).tensor([3, 1000]);
  expectNoGrowth(() => {
    largestLogits(tf.backend(), x, 4);
    return tf.scalar(1);
  });
  x.dispose();
});
