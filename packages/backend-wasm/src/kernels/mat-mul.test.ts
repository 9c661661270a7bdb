import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { call, expectNear, expectNoGrowth, numbers, start } from '../testing/index.js';

beforeAll(start);

interface Sizes {
  lead: number[];
  m: number;
  n: number;
  k: number;
  transposeA: boolean;
  transposeB: boolean;
}

function check({ lead, m, n, k, transposeA, transposeB }: Sizes, seed: number) {
  tf.tidy(() => {
    const { tensor } = numbers(seed);
    const a = tensor([...lead, ...(transposeA ? [k, m] : [m, k])]);
    const b = tensor([...lead, ...(transposeB ? [n, k] : [k, n])]);
    const y = call('matMul', { a, b }, { transposeA, transposeB });
    expect(y.shape).toEqual([...lead, m, n]);
    const [left, right] = [a.dataSync(), b.dataSync()];
    const expected = new Float64Array(y.size);
    for (let at = 0; at < y.size; at++) {
      const [batch, row, column] = [Math.floor(at / (m * n)), Math.floor(at / n) % m, at % n];
      for (let i = 0; i < k; i++) {
        const x = left[batch * m * k + (transposeA ? i * m + row : row * k + i)]!;
        expected[at]! += x * right[batch * n * k + (transposeB ? column * k + i : i * n + column)]!;
      }
    }
    expectNear(
      y,
      expected,
      { absolute: 3e-6 * Math.sqrt(k) },
      JSON.stringify({ lead, m, n, k, transposeA, transposeB }),
    );
  });
}

const sides = [false, true].flatMap(transposeA => [false, true].map(transposeB => ({ transposeA, transposeB })));

test('all four transposes of every combination of small sizes are right', () => {
  const sizes = [1, 2, 3, 4, 5, 7, 8, 9, 17];
  for (const side of sides)
    for (const m of sizes)
      for (const n of sizes) for (const k of sizes) check({ lead: [], m, n, k, ...side }, m * n + k);
});

test('batches of rank 3 and 4 and sizes around the blocks are right', () => {
  const { int, pick } = numbers(11);
  for (const side of sides) {
    for (const k of [511, 512, 513, 1030]) check({ lead: [2], m: 19, n: 11, k, ...side }, k);
    for (const m of [255, 256, 259]) check({ lead: [], m, n: 13, k: 6, ...side }, m);
    for (let i = 0; i < 40; i++) {
      const lead = pick([[int(1, 5)], [int(1, 3), int(1, 4)]]);
      check({ lead, m: int(1, 40), n: int(1, 40), k: int(1, 90), ...side }, i);
    }
  }
});

test('a factor that changed in place gives new products: nothing is cached', () => {
  const [a, b, position] = [tf.ones([4, 4]), tf.ones([1, 1, 4, 4]), tf.tensor1d([0], 'int32')];
  const side = { transposeA: false, transposeB: false };
  const product = (right: tf.Tensor) =>
    tf.tidy(() => call('matMul', { a, b: tf.reshape(right, [4, 4]) }, side).dataSync()[0]);
  expect(product(b)).toBe(4);
  const changed = call('appendToCache', { cache: b, x: tf.fill([1, 1, 4, 4], 2), position });
  expect(product(changed)).toBe(8);
  tf.dispose([a, b, position, changed]);
});

test('nothing grows over 1,000 calls', () => {
  const { tensor } = numbers(3);
  const [a, b] = [tensor([3, 20, 30]), tensor([3, 30, 10])];
  expectNoGrowth(() => call('matMul', { a, b }, { transposeA: false, transposeB: false }));
  tf.dispose([a, b]);
});
