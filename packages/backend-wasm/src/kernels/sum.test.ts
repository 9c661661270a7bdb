import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { call, expectNear, expectNoGrowth, numbers, start } from '../testing/index.js';

beforeAll(start);

/** The sums of x over some axes, in float64. */
function reference(x: tf.Tensor, axis: readonly number[]): Float64Array {
  const kept = x.shape.map((length, i) => (axis.includes(i) ? 1 : length));
  const sums = new Float64Array(kept.reduce((size, length) => size * length, 1));
  for (const [at, value] of x.dataSync().entries()) {
    let [rest, index, stride] = [at, 0, 1];
    for (let i = x.shape.length - 1; i >= 0; i--) {
      if (!axis.includes(i)) index += (rest % x.shape[i]!) * stride;
      rest = Math.floor(rest / x.shape[i]!);
      stride *= kept[i]!;
    }
    sums[index]! += value;
  }
  return sums;
}

function check(shape: number[], axis: readonly number[]) {
  tf.tidy(() => {
    const x = numbers(shape.length).tensor(shape);
    const kept = shape.map((length, i) => (axis.includes(i) ? 1 : length));
    for (const keepDims of [false, true]) {
      const y = call('sum', { x }, { axis, keepDims });
      expect(y.shape).toEqual(keepDims ? kept : shape.filter((_, i) => !axis.includes(i)));
      expectNear(y, reference(x, axis), { absolute: 1e-6 * Math.sqrt(x.size) }, `[${shape}] over [${axis}]`);
    }
  });
}

test('sums over the first axes, the last, all, and those between are right', () => {
  for (const axis of [[0], [1], [2], [0, 1], [1, 2], [0, 2], [0, 1, 2]]) check([3, 5, 7], axis);
});

test('sums around the sizes of blocks are right', () => {
  for (const length of [1, 3, 4, 5, 15, 16, 17, 63, 64, 65, 67, 1023, 1024, 1025])
    for (const [shape, axis] of [
      [[length, 5], [0]],
      [[5, length], [1]],
    ] as const)
      check([...shape], axis);
});

test('a long sum of equal numbers keeps its digits', () => {
  tf.tidy(() => {
    const x = tf.fill([200_000, 3], 0.1);
    expectNear(call('sum', { x }, { axis: [0], keepDims: false }), [20_000, 20_000, 20_000], { relative: 1e-4 });
    expectNear(call('sum', { x }, { axis: [0, 1], keepDims: false }), [60_000], { relative: 1e-4 });
  });
});

test('integers are summed exactly', () => {
  const x = tf.tensor2d([2 ** 24, 1, 1, 2], [2, 2], 'int32');
  const y = call('sum', { x }, { axis: [0], keepDims: false });
  expect([y.dtype, ...y.dataSync()]).toEqual(['int32', 2 ** 24 + 1, 3]);
  tf.dispose([x, y]);
});

test('nothing grows', () => {
  const x = numbers(1).tensor([70, 9]);
  expectNoGrowth(() => call('sum', { x }, { axis: [0], keepDims: false }));
  expectNoGrowth(() => call('sum', { x }, { axis: [1], keepDims: false }));
  x.dispose();
});
