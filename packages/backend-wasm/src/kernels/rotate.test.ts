import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { call, expectNear, expectNoGrowth, ints, numbers, start } from '../testing/index.js';

beforeAll(start);

function check(seed: number, interleaved: boolean) {
  const { int, pick, tensor } = numbers(seed);
  const [batch, heads, length, positions] = [int(1, 3), int(1, 4), int(1, 6), int(1, 9)];
  const pairs = int(1, 13);
  const headDim = 2 * pairs + pick([0, 0, 1, 2, 5]);
  const rows = pick([1, batch]);
  const x = tensor([batch, heads, length, headDim]);
  const [cos, sin] = [tensor([positions, pairs]), tensor([positions, pairs])];
  const ids = ints(
    Array.from({ length: rows * length }, () => int(0, positions - 1)),
    [rows, length],
  );
  const [values, c, s, id] = [x.dataSync(), cos.dataSync(), sin.dataSync(), ids.dataSync()];
  const expected = Float64Array.from(values);
  for (let row = 0; row < batch * heads * length; row++) {
    const b = Math.floor(row / (heads * length));
    const position = id[(b % rows) * length + (row % length)]!;
    for (let i = 0; i < pairs; i++) {
      const [one, other] = interleaved ? [2 * i, 2 * i + 1] : [i, i + pairs];
      const [from, to] = [row * headDim + one, row * headDim + other];
      const [cosine, sine] = [c[position * pairs + i]!, s[position * pairs + i]!];
      expected[from] = values[from]! * cosine - values[to]! * sine;
      expected[to] = values[to]! * cosine + values[from]! * sine;
    }
  }
  const y = call('rotate', { x, cos, sin, ids }, { interleaved });
  expect(y.shape).toEqual(x.shape);
  expectNear(y, expected, { absolute: 3e-7 }, `seed ${seed} ${interleaved}`);
}

test('200 random shapes of both layouts are right, entries past the pairs untouched', () => {
  for (let seed = 0; seed < 100; seed++)
    for (const interleaved of [false, true]) tf.tidy(() => check(seed, interleaved));
});

test('a position outside the table throws with both numbers', () => {
  tf.tidy(() => {
    const [x, table] = [tf.zeros([1, 2, 3, 8]), tf.zeros([5, 4])];
    const at = (...ids: number[]) =>
      call('rotate', { x, cos: table, sin: table, ids: ints(ids, [1, 3]) }, { interleaved: false });
    expect(() => at(0, 5, 1)).toThrow('rotate: position 5 is outside the table of 5 positions');
    expect(() => at(0, 1, -1)).toThrow('rotate: position -1 is outside the table of 5 positions');
  });
});

test('nothing grows over 1,000 calls', () => {
  const [x, table, ids] = [tf.zeros([1, 2, 3, 8]), tf.zeros([5, 4]), ints([0, 1, 2], [1, 3])];
  expectNoGrowth(() => call('rotate', { x, cos: table, sin: table, ids }, { interleaved: true }));
  tf.dispose([x, table, ids]);
});
