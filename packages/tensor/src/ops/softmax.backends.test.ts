import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import { dispose, logSoftmax, logSumExp, softmax, type Tensor, tensor, tidy } from '../index.js';
import { expectOp } from '../testing/expect-op.js';
import { type Grid, grid, sample, sumOver } from '../testing/grid.js';
import { messageOf } from '../testing/message-of.js';
import { onDevice } from '../testing/on-device.js';

onDevice();

/** Shapes and ranges of inputs. */
const cases: [number[], number, number][] = [
  [[2, 3, 5], -4, 4],
  [[7], -9, -5],
  [[2, 1, 2, 3, 5], -4, 4],
  [[3, 1], -9, -5],
  [[3, 7], -9, -5],
];

const logOfSum = (x: Grid, lead: number[]) => Math.log(sumOver(x.shape.at(-1)!, k => Math.exp(x.at(...lead, k))));

test('softmax equals the loops along the last axis', async () => {
  for (const [shape, low, high] of cases)
    await expectOp({
      inputs: { x: sample(shape, 3, low, high) },
      run: ({ x }) => softmax(x),
      reference: ({ x }) => grid(shape, (...index) => Math.exp(x.at(...index) - logOfSum(x, index.slice(0, -1)))),
    });
});

test('logSoftmax equals the loops along the last axis', async () => {
  for (const [shape, low, high] of cases)
    await expectOp({
      inputs: { x: sample(shape, 3, low, high) },
      run: ({ x }) => logSoftmax(x),
      reference: ({ x }) => grid(shape, (...index) => x.at(...index) - logOfSum(x, index.slice(0, -1))),
    });
});

test('logSumExp equals the loops along the last axis, which stays if asked', async () => {
  for (const [shape, low, high] of cases)
    for (const keepDims of [false, true])
      await expectOp({
        inputs: { x: sample(shape, 3, low, high) },
        run: ({ x }) => logSumExp(x, { keepDims }),
        reference: ({ x }) => {
          const rows = shape.slice(0, -1);
          return keepDims
            ? grid([...rows, 1], (...index) => logOfSum(x, index.slice(0, -1)))
            : grid(rows, (...index) => logOfSum(x, index));
        },
      });
});

test('large numbers do not overflow', async () => {
  const x = tensor([1000, 999, -1000, 3e4, -3e4, 3e4], [2, 3]);
  const e = Math.exp(-1);
  const expected: [(x: Tensor) => Tensor, number[]][] = [
    [softmax, [1 / (1 + e), e / (1 + e), 0, 0.5, 0, 0.5]],
    [
      logSoftmax,
      [-Math.log(1 + e), -1 - Math.log(1 + e), -2000 - Math.log(1 + e), -Math.LN2, -6e4 - Math.LN2, -Math.LN2],
    ],
    [logSumExp, [1000 + Math.log(1 + e), 3e4 + Math.LN2]],
  ];
  for (const [ours, values] of expected) {
    const result = ours(x);
    await expectClose(result, values, { absolute: 1e-4, relative: 1e-6 });
    result.dispose();
  }
  x.dispose();
});

test('a vocabulary of 50257 keeps its small probabilities', async () => {
  const logits = sample([1, 50257], 5, -8, 8);
  const x = tensor([...logits.values], [1, 50257]);
  const result = softmax(x);
  const logSum = logOfSum(logits, [0]);
  await expectClose(
    result,
    logits.values.map(value => Math.exp(value - logSum)),
    { relative: 2e-5 },
  );
  dispose([x, result]);
});

test('a single number has no last axis', () => {
  tidy(() => {
    const x = tensor([1], []);
    expect(messageOf(() => softmax(x))).toBe('softmax: a single number has no last axis');
    expect(messageOf(() => logSumExp(x))).toBe('logSumExp: a single number has no last axis');
    expect(messageOf(() => logSoftmax(x))).toBe('logSoftmax: a single number has no last axis');
  });
});
