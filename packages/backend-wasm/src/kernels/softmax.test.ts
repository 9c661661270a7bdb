import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { call, expectNear, expectNoGrowth, ints, numbers, start } from '../testing/index.js';

beforeAll(start);

/** Rows of x with the logarithm of the sum of their exponentials, in float64. */
function rowsOf(x: tf.Tensor): { row: Float64Array; logSum: number }[] {
  const dim = x.shape.at(-1)!;
  const values = Float64Array.from(x.dataSync());
  return Array.from({ length: x.size / dim }, (_, r) => {
    const row = values.slice(r * dim, (r + 1) * dim);
    const top = row.reduce((a, b) => Math.max(a, b));
    return { row, logSum: top + Math.log(row.reduce((sum, v) => sum + Math.exp(v - top), 0)) };
  });
}

test('softmax and logSumExp of every width are right, numbers of a thousand included', () => {
  const { tensor } = numbers(1);
  for (const scale of [3, 1000])
    for (const dim of [...Array.from({ length: 40 }, (_, i) => i + 1), 257, 768])
      tf.tidy(() => {
        const x = tensor([2, 3, dim], scale);
        const rows = rowsOf(x);
        const where = `${dim} around ${scale}`;
        const y = call('softmax', { logits: tf.reshape(x, [6, dim]) }, { dim: 1 });
        expect(y.shape).toEqual([6, dim]);
        const expected = rows.flatMap(({ row, logSum }) => [...row].map(v => Math.exp(v - logSum)));
        expectNear(y, expected, { relative: 2e-6, absolute: 1e-37 }, where);
        const sums = rows.map(({ logSum }) => logSum);
        for (const keepDims of [false, true]) {
          const z = call('logSumExp', { x }, { keepDims });
          expect(z.shape).toEqual(keepDims ? [2, 3, 1] : [2, 3]);
          expectNear(z, sums, { relative: 1e-6, absolute: 1e-6 }, where);
        }
      });
});

test('a vocabulary of 50,257 loses no accuracy', () => {
  tf.tidy(() => {
    const x = numbers(2).tensor([2, 50257], 3);
    const sums = rowsOf(x).map(({ logSum }) => logSum);
    expectNear(call('logSumExp', { x }, { keepDims: false }), sums, { absolute: 2e-6 });
  });
});

test('crossEntropy is the loss of each label, 0 where it is ignored', () => {
  tf.tidy(() => {
    const logits = numbers(3).tensor([5, 13], 4);
    const labels = [12, -100, 0, 7, -100];
    const expected = rowsOf(logits).map(({ row, logSum }, r) => (labels[r] === -100 ? 0 : logSum - row[labels[r]!]!));
    const y = call('crossEntropy', { logits, labels: ints(labels, [5]) }, { ignoreIndex: -100 });
    expect(y.shape).toEqual([5]);
    expectNear(y, expected, { absolute: 2e-6 });
  });
});

test('the gradient of crossEntropy is softmax less 1 at the label, times what comes in', () => {
  for (const vocab of [2, 5, 13, 64])
    tf.tidy(() => {
      const logits = numbers(4).tensor([5, vocab], 4);
      const labels = [vocab - 1, -100, 0, 1, -100];
      const dy = [0.5, 3, -2, 0, 1];
      const expected = rowsOf(logits).flatMap(({ row, logSum }, r) =>
        [...row].map((v, i) => (labels[r] === -100 ? 0 : (Math.exp(v - logSum) - (i === labels[r] ? 1 : 0)) * dy[r]!)),
      );
      const inputs = { logits, labels: ints(labels, [5]), dy: tf.tensor1d(dy) };
      const y = call('crossEntropyGradient', inputs, { ignoreIndex: -100 });
      expect(y.shape).toEqual([5, vocab]);
      expectNear(y, expected, { absolute: 1e-6 });
    });
});

test('a label outside the vocabulary throws with both numbers', () => {
  tf.tidy(() => {
    const logits = tf.zeros([2, 13]);
    const at = (label: number) => () =>
      call('crossEntropy', { logits, labels: ints([0, label], [2]) }, { ignoreIndex: -100 });
    expect(at(13)).toThrow('crossEntropy: label 13 is outside the vocabulary of 13; -100 is ignored');
    expect(at(-1)).toThrow('crossEntropy: label -1 is outside the vocabulary of 13; -100 is ignored');
  });
});

test('nothing grows over 1,000 calls', () => {
  const [x, labels] = [tf.zeros([3, 5]), ints([1, 2, 3], [3])];
  expectNoGrowth(() => call('softmax', { logits: x }, { dim: 1 }));
  expectNoGrowth(() => call('logSumExp', { x }, { keepDims: true }));
  expectNoGrowth(() => call('crossEntropy', { logits: x, labels }, { ignoreIndex: -1 }));
  const dy = tf.ones([3]);
  expectNoGrowth(() => call('crossEntropyGradient', { logits: x, labels, dy }, { ignoreIndex: -1 }));
  tf.dispose([x, labels, dy]);
});
