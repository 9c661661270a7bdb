import { randomBitsAt, randomKey } from '@residual/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { call, expectNear, expectNoGrowth, numbers, start } from '../testing/index.js';

beforeAll(start);

const operations = {
  add: (a: number, b: number) => a + b,
  sub: (a: number, b: number) => a - b,
  mul: (a: number, b: number) => a * b,
  div: (a: number, b: number) => a / b,
};

test.each(Object.entries(operations))(
  '%s is right where shapes are equal, one repeats, or tfjs broadcasts',
  (name, operation) => {
    const { tensor } = numbers(2);
    const shapes: [number[], number[]][] = [
      ...Array.from({ length: 19 }, (_, i): [number[], number[]] => [[i + 1], [i + 1]]),
      [[2, 3, 5], [5]],
      [
        [7, 3, 5],
        [1, 3, 5],
      ],
      [[2, 3, 5], []],
      [
        [2, 3, 5],
        [1, 1],
      ],
      [
        [2, 3, 5],
        [2, 3, 1],
      ],
      [
        [7, 13],
        [7, 1],
      ],
      [
        [2, 3, 5],
        [2, 1, 1],
      ],
      [
        [2, 3, 5],
        [1, 3, 1],
      ],
      [
        [2, 3, 2],
        [3, 1],
      ],
      [
        [2, 1, 5],
        [2, 3, 5],
      ],
      [[5], [3, 5]],
      [[1], [1, 1]],
    ];
    for (const [left, right] of shapes)
      tf.tidy(() => {
        const [a, b] = [tensor(left), tensor(right, 1, 2)];
        const shape = tf.add(a, b).shape;
        const [x, y] = [a, b].map(each => tf.broadcastTo(each, shape).dataSync());
        const result = call(name, { a, b });
        expect(result.shape).toEqual(shape);
        const expected = Float64Array.from(x!, (v, i) => operation(v, y![i]!));
        expectNear(result, expected, { absolute: 1e-6 }, `${name} [${left}] [${right}]`);
      });
  },
);

test('integers add up exactly', () => {
  const [a, b] = [tf.tensor1d([2 ** 24 + 1, -3], 'int32'), tf.tensor1d([1, 1], 'int32')];
  const sum = call('add', { a, b });
  expect(sum.dtype).toBe('int32');
  expect([...sum.dataSync()]).toEqual([2 ** 24 + 2, -2]);
  tf.dispose([a, b, sum]);
});

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
        const isKept = (i: number) => randomBitsAt(key, i) >>> 8 >= Math.round(rate * 2 ** 24);
        const y = call('dropout', { x: tf.fill([length], 3) }, { rate, key });
        const scaled = Math.fround(3 * Math.fround(1 / (1 - rate)));
        expect([...y.dataSync()]).toEqual(Array.from({ length }, (_, i) => (isKept(i) ? scaled : 0)));
      });
});

test('nothing grows over 1,000 calls', () => {
  const x = tf.ones([3, 5]);
  expectNoGrowth(() => call('affine', { x }, { scale: 2, shift: 1 }));
  expectNoGrowth(() => call('add', { a: x, b: x }));
  expectNoGrowth(() => call('dropout', { x }, { rate: 0.5, key: [1, 2] }));
  x.dispose();
});

test('the hyperbolic tangent, squares and roots of every length are right', () => {
  const { tensor } = numbers(4);
  const functions = { tanh: Math.tanh, square: (v: number) => v * v, sqrt: Math.sqrt };
  for (const [name, reference] of Object.entries(functions))
    for (let length = 1; length <= 19; length++)
      tf.tidy(() => {
        const x = name === 'sqrt' ? tf.abs(tensor([length], 3)) : tensor([length], 3);
        expectNear(
          call(name, { x }),
          Float64Array.from(x.dataSync(), reference),
          { relative: 4e-7 },
          `${name} ${length}`,
        );
      });
});
