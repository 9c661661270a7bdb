import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { call, expectNoGrowth, numbers, read, start } from '../testing/index.js';

beforeAll(start);

const round = Math.fround;

test('moving means of every length are those of float32 arithmetic, bit for bit', () => {
  const { tensor } = numbers(3);
  const [decay, rest] = [round(0.9), round(1 - 0.9)];
  for (const squares of [false, true])
    for (let length = 1; length <= 9; length++)
      tf.tidy(() => {
        const [mean, x] = [tensor([length], 2), tensor([length], 2)];
        const values = read(x);
        const expected = Array.from(read(mean), (m, i) => {
          const v = squares ? round(values[i]! * values[i]!) : values[i]!;
          return round(round(m * decay) + round(v * rest));
        });
        expect([...Array.from(read(call('movingMean', { mean, x }, { decay: 0.9, squares })))]).toEqual(expected);
      });
});

test('steps of Adam of every length are those of float32 arithmetic, bit for bit', () => {
  const { tensor } = numbers(11);
  const epsilon = round(1e-8);
  for (const decays of [false, true])
    for (let length = 1; length <= 9; length++)
      tf.tidy(() => {
        const [weight, first, second] = [tensor([length]), tensor([length]), tensor([length], 0.5, 0.5)];
        const [step, unbias, decay] = [0.01, 1.5, 0.125].map(value => tf.scalar(value)) as [tf.Scalar, ...tf.Scalar[]];
        const [means, squares] = [read(first), read(second)];
        const expected = Array.from(read(weight), (w, i) => {
          const root = round(round(round(Math.sqrt(squares[i]!)) * round(1.5)) + epsilon);
          const decayed = decays ? round(w - round(w * 0.125)) : w;
          return round(decayed - round(round(means[i]! / root) * round(0.01)));
        });
        const inputs = { weight, first, second, step, unbias: unbias!, ...(decays && { decay: decay! }) };
        expect(Array.from(read(call('adamStep', inputs, { epsilon: 1e-8 })))).toEqual(expected);
      });
});

test('nothing grows over 1,000 calls', () => {
  const [x, one] = [tf.ones([3, 5]), tf.scalar(1)];
  expectNoGrowth(() => call('movingMean', { mean: x, x }, { decay: 0.5, squares: true }));
  expectNoGrowth(() => call('adamStep', { weight: x, first: x, second: x, step: one, unbias: one }, { epsilon: 1e-8 }));
  tf.dispose([x, one]);
});
