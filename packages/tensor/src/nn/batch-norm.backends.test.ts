import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import { batchMoments, batchNorm, dispose, tidy, zeros } from '../index.js';
import { expectOp, toTensor } from '../testing/expect-op.js';
import { type Grid, grid, sample, sumOver } from '../testing/grid.js';
import { messageOf } from '../testing/message-of.js';
import { onDevice } from '../testing/on-device.js';

onDevice();

const momentsOf = (x: Grid, entry: number) => {
  const dim = x.shape.at(-1)!;
  const values = [...x.values].filter((_, i) => i % dim === entry);
  const mean = sumOver(values.length, i => values[i]!) / values.length;
  return { mean, variance: sumOver(values.length, i => (values[i]! - mean) ** 2) / values.length };
};

test('each entry is normalized over all positions of all sequences', async () => {
  for (const shape of [
    [7, 3],
    [2, 5, 3],
    [2, 2, 3, 5],
  ]) {
    const dim = shape.at(-1)!;
    await expectOp({
      inputs: { x: sample(shape, 3, -1, 2), weight: sample([dim], 5), bias: sample([dim], 7) },
      run: t => batchNorm(t.x, t.weight, t.bias, 1e-3),
      reference: g => {
        const moments = Array.from({ length: dim }, (_, entry) => momentsOf(g.x, entry));
        return grid(shape, (...index) => {
          const entry = index.at(-1)!;
          const { mean, variance } = moments[entry]!;
          return ((g.x.at(...index) - mean) / Math.sqrt(variance + 1e-3)) * g.weight.at(entry) + g.bias.at(entry);
        });
      },
    });
  }
});

test('moments of each entry, also far from zero', async () => {
  const x = sample([3, 4, 5], 3, 99, 101);
  const tensor = toTensor(x);
  const { mean, variance } = batchMoments(tensor);
  const moments = [0, 1, 2, 3, 4].map(entry => momentsOf(x, entry));
  await expectClose(
    mean,
    moments.map(each => each.mean),
    { relative: 1e-6 },
  );
  await expectClose(
    variance,
    moments.map(each => each.variance),
    { absolute: 1e-5 },
  );
  dispose([tensor, mean, variance]);
});

test('what does not fit throws with both sides', () => {
  tidy(() => {
    expect(messageOf(() => batchNorm(zeros([2, 3]), zeros([3]), zeros([2]), 1e-5))).toBe(
      'batchNorm: x [2, 3], weight [3] and bias [2] do not fit; they are [..., dim], not empty, [dim] and [dim]',
    );
  });
});
