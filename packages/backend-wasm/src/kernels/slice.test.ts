import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { call, expectNoGrowth, numbers, read, start } from '../testing/index.js';

beforeAll(start);

const shape = [3, 5, 7, 2];

/** The entries of x whose indices along an axis are from `start` on, `length` of them, by loops. */
function part(x: tf.Tensor, axis: number, start: number, length: number): number[] {
  const inner = shape.slice(axis + 1).reduce((size, n) => size * n, 1);
  return Array.from(read(x)).filter((_, i) => {
    const at = Math.floor(i / inner) % shape[axis]!;
    return at >= start && at < start + length;
  });
}

/** Runs a kernel over a list of tensors. */
const concat = (parts: tf.Tensor[], axis: number) =>
  tf.engine().runKernel('residual.concat', parts as unknown as tf.NamedTensorMap, { axis }) as tf.Tensor;

test.for(['float32', 'int32', 'bool'] as const)('parts of %s along any axis, and beside each other again', dtype => {
  tf.tidy(() => {
    const x = tf.cast(tf.round(numbers(3).tensor(shape, 1000)), dtype);
    for (const axis of shape.keys()) {
      const length = shape[axis]!;
      const cuts = [0, Math.floor(length / 3), length - 1, length];
      const parts = cuts.slice(1).map((end, i) => {
        const begin = shape.map((_, at) => (at === axis ? cuts[i]! : 0));
        const size = shape.map((whole, at) => (at === axis ? end - cuts[i]! : whole));
        const y = call('slice', { x }, { begin, size });
        expect([y.shape, y.dtype]).toEqual([size, dtype]);
        expect(Array.from(read(y))).toEqual(part(x, axis, cuts[i]!, end - cuts[i]!));
        return y;
      });
      const joined = concat(parts, axis);
      expect([joined.shape, joined.dtype]).toEqual([shape, dtype]);
      expect(Array.from(read(joined))).toEqual(Array.from(read(x)));
    }
    const inTwoAxes = call('slice', { x }, { begin: [1, 2, 0, 0], size: [1, 1, 7, 2] });
    expect(Array.from(read(inTwoAxes))).toEqual(Array.from(read(x)).slice((5 + 2) * 14, (5 + 3) * 14));
  });
});

test('nothing grows', () => {
  const x = numbers(1).tensor([9, 70]);
  expectNoGrowth(() => call('slice', { x }, { begin: [2, 0], size: [3, 70] }));
  expectNoGrowth(() => concat([x, x], 1));
  x.dispose();
});
