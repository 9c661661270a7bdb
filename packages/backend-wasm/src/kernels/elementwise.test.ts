import { bitsAt, randomKey } from '@residual/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { call, expectNear, expectNoGrowth, numbers, start } from '../testing/index.js';

beforeAll(start);

test('an affine map of every length is right', () => {
  const { tensor } = numbers(1);
  for (let length = 1; length <= 19; length++)
    tf.tidy(() => {
      const x = tensor([length], 3);
      const expected = Float64Array.from(x.dataSync(), v => 0.75 * v - 2);
      expectNear(call('affine', { x }, { scale: 0.75, shift: -2 }), expected, { absolute: 1e-6 });
    });
});

test('dropout keeps the entries whose random bits reach the rate, bit for bit', () => {
  const key = randomKey(4294967295, 77, 12);
  for (const length of [1, 2, 3, 4, 5, 1003])
    for (const rate of [0.1, 1 / 3, 0.99])
      tf.tidy(() => {
        const kept = (i: number) => bitsAt(key, i) >>> 8 >= Math.round(rate * 2 ** 24);
        const y = call('dropout', { x: tf.fill([length], 3) }, { rate, key });
        const scaled = Math.fround(3 * Math.fround(1 / (1 - rate)));
        expect([...y.dataSync()]).toEqual(Array.from({ length }, (_, i) => (kept(i) ? scaled : 0)));
      });
});

test('nothing grows over 1,000 calls', () => {
  const x = tf.ones([3, 5]);
  expectNoGrowth(() => call('affine', { x }, { scale: 2, shift: 1 }));
  expectNoGrowth(() => call('dropout', { x }, { rate: 0.5, key: [1, 2] }));
  x.dispose();
});
