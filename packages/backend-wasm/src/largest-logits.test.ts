import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { largestLogits } from './largest-logits.js';
import { expectNoGrowth, numbers, start } from './testing/index.js';

beforeAll(start);

const find = (values: number[][], count: number, masks: (Uint32Array | undefined)[] = []) => {
  const x = tf.tensor2d(values);
  const rows = largestLogits(tf.backend(), x, count, masks);
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

test('the largest allowed number, ties by lowest index, for masks of any length', () => {
  const random = numbers(11);
  for (const vocab of [1, 7, 31, 32, 33, 64, 300, 4099])
    for (const share of [0.02, 0.5, 1])
      for (const words of [Math.ceil(vocab / 32), Math.ceil(vocab / 64), Math.ceil(vocab / 32) + 2]) {
        const rows = [0, 1].map(() => Array.from({ length: vocab }, () => Math.round(random.real() * 60)));
        const mask = new Uint32Array(words).map(() => {
          const bits = Array.from({ length: 32 }, (_, bit) => (Math.abs(random.real()) % 1 < share ? 2 ** bit : 0));
          return bits.reduce((sum, bit) => sum + bit, 0);
        });
        const isAllowed = (id: number) => ((mask[id >> 5] ?? 0) >>> (id & 31)) % 2 === 1;
        const [first, second] = find(rows, 2, [mask, undefined]);
        const [best] = rows[0]!
          .map((_, id) => id)
          .filter(isAllowed)
          .sort((a, b) => rows[0]![b]! - rows[0]![a]! || a - b);
        expect(first!.allowed).toEqual(best === undefined ? undefined : { id: best, value: rows[0]![best]! });
        expect([first, second]).toEqual([{ ...find(rows, 2)[0], allowed: first!.allowed }, find(rows, 2)[1]]);
      }
  expect(find([[-Infinity, 2]], 1, [Uint32Array.of(1)])[0]!.allowed).toBeUndefined();
});

test('nothing grows', () => {
  const x = numbers(5).tensor([3, 1000]);
  expectNoGrowth(() => {
    largestLogits(tf.backend(), x, 4, [new Uint32Array(32).fill(7), undefined, undefined]);
    return tf.scalar(1);
  });
  x.dispose();
});
