import { expect, test } from 'vitest';
import { adamStep, dispose, movingMean, movingMeanOfSquares, tensor, zeros } from '../index.js';
import { expectOp } from '../testing/expect-op.js';
import { grid, sample } from '../testing/grid.js';
import { messageOf } from '../testing/message-of.js';
import { onDevice } from '../testing/on-device.js';

onDevice();

const shape = [3, 5];

test('a moving mean, and one of squares, moves by the share that its decay leaves', async () => {
  const inputs = { mean: sample(shape, 3, -2, 2), x: sample(shape, 5, -2, 2) };
  for (const [run, power] of [
    [movingMean, 1],
    [movingMeanOfSquares, 2],
  ] as const)
    await expectOp({
      inputs,
      run: ({ mean, x }) => run(mean, x, 0.75),
      reference: ({ mean, x }) => grid(shape, (...at) => 0.75 * mean.at(...at) + 0.25 * x.at(...at) ** power),
    });
});

test('a step of Adam, with and without decay of the weight', async () => {
  for (const share of [0, 0.125]) {
    const [step, unbias, decay] = [tensor([0.25], []), tensor([1.5], []), tensor([share], [])];
    await expectOp({
      inputs: { weight: sample(shape, 3), first: sample(shape, 5), second: sample(shape, 7, 0.5, 2) },
      run: x => adamStep({ ...x, step, unbias, ...(share > 0 && { decay }) }, { epsilon: 0.01 }),
      reference: ({ weight, first, second }) =>
        grid(shape, (...at) => {
          const root = 1.5 * Math.sqrt(second.at(...at)) + 0.01;
          return (1 - share) * weight.at(...at) - (0.25 * first.at(...at)) / root;
        }),
    });
    dispose([step, unbias, decay]);
  }
});

test('shapes that differ are refused', () => {
  const [a, b, one] = [zeros([2, 3]), zeros([3, 2]), zeros([])];
  expect(messageOf(() => movingMean(a, b, 0.5))).toBe('movingMean: mean [2, 3] and x [3, 2] differ');
  expect(messageOf(() => movingMeanOfSquares(b, a, 0.5))).toBe('movingMeanOfSquares: mean [3, 2] and x [2, 3] differ');
  const inputs = { weight: a, first: a, second: b, step: one, unbias: one };
  expect(messageOf(() => adamStep(inputs, { epsilon: 1 }))).toBe(
    'adamStep: weight [2, 3], first [2, 3] and second [3, 2] differ',
  );
  dispose([a, b, one]);
});
