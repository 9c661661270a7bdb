import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import {
  concat,
  crossEntropy,
  embed,
  layerNorm,
  linear,
  logSoftmax,
  logSumExp,
  matMul,
  max,
  mean,
  softmax,
  sum,
  type Tensor,
  tensor,
  tidy,
  zeros,
} from '../index.js';
import { messageOf } from '../testing/message-of.js';
import { onDevice } from '../testing/on-device.js';

onDevice();

const none = (...shape: number[]) => tensor([], shape);
const noInts = (...shape: number[]) => tensor([], shape, 'int32');

/** Ops on tensors without entries, with shape and values of the result. */
const cases: Record<string, [() => Tensor, number[], number[]?]> = {
  'a product without inner places': [() => matMul(none(2, 0), none(0, 3)), [2, 3], [0, 0, 0, 0, 0, 0]],
  'products without rows': [() => matMul(none(2, 0, 3), zeros([2, 3, 5])), [2, 0, 5]],
  'linear on vectors of length 0': [
    () => linear(none(2, 0), none(3, 0), tensor([1, 2, 3], [3])),
    [2, 3],
    [1, 2, 3, 1, 2, 3],
  ],
  'linear on no rows': [() => linear(none(2, 0, 3), zeros([5, 3]), zeros([5])), [2, 0, 5]],
  'linear to vectors of length 0': [() => linear(zeros([2, 3]), none(0, 3)), [2, 0]],
  'the sum of nothing': [() => sum(none(0, 3)), [], [0]],
  'sums of nothing': [() => sum(none(2, 0), { axis: 1, keepDims: true }), [2, 1], [0, 0]],
  'no largest entries': [() => max(none(0, 3), { axis: 1 }), [0]],
  'no means': [() => mean(none(0, 3), { axis: 1, keepDims: true }), [0, 1]],
  'softmax of nothing': [() => softmax(none(2, 0)), [2, 0]],
  'logSoftmax of nothing': [() => logSoftmax(none(0, 3)), [0, 3]],
  'no logSumExp': [() => logSumExp(none(0, 3)), [0]],
  'layerNorm of no rows': [() => layerNorm(none(0, 3), zeros([3]), zeros([3]), 1e-5), [0, 3]],
  'no rows of an embedding': [() => embed(zeros([3, 2]), noInts(2, 0)), [2, 0, 2]],
  'no losses': [() => crossEntropy(none(0, 3), noInts(0)), [0]],
  'nothing beside something': [() => concat([none(0, 2), tensor([1, 2], [1, 2]), none(0, 2)], 0), [1, 2], [1, 2]],
};

for (const [name, [make, shape, numbers = []]] of Object.entries(cases))
  test(name, async () => {
    const y = tidy(make);
    expect(y.shape).toEqual(shape);
    await expectClose(y, numbers, { absolute: 0 });
    y.dispose();
  });

test('empty maxima throw, and so do sums of booleans', () => {
  const [x, flags] = [none(3, 0), tensor([1, 0], [2], 'bool')];
  expect(messageOf(() => logSumExp(x))).toBe('logSumExp: [3, 0] has no entries along its last axis');
  expect(messageOf(() => sum(flags))).toBe('sum: bool does not fit; convert with toFloat or toInt');
  for (const each of [x, flags]) each.dispose();
});
