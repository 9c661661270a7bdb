import { add, dispose, gradients, mul, sum, type Tensor, tensor, tidy } from '@residual/tensor';
import { expectClose, expectNoLeak } from '@residual/testkit';
import { expect, test } from 'vitest';
import {
  BatchStatistics,
  batchNorm,
  batchStatistics,
  convolution1d,
  emptyScope,
  foldBatchNorm,
  groupNorm,
  init,
  layer,
} from './index.js';

const norm = batchNorm({ dim: 2, epsilon: 0.01 });
const net = layer({ norm }, (w, x: Tensor, scope) => norm(w.norm, x, scope.at('norm')));
const input = () => tensor([1, 10, 3, 30, 5, 20, 7, 60], [2, 2, 2]);
const means = [4, 30];
const variances = [5, 350];

/** Weights whose norm has numbers of its own. */
const weightsOf = () => ({
  norm: { weight: tensor([2, 3]), bias: tensor([0.5, -1]), mean: tensor([1, 2]), variance: tensor([4, 9]) },
});

const normalized = (center: readonly number[], variance: readonly number[]) =>
  [1, 10, 3, 30, 5, 20, 7, 60].map((value, i) => {
    const entry = i % 2;
    return ((value - center[entry]!) / Math.sqrt(variance[entry]! + 0.01)) * [2, 3][entry]! + [0.5, -1][entry]!;
  });

test('the running statistics are used, and those of the batch while it is in training', async () => {
  await expectNoLeak(async () => {
    const [x, weights, statistics] = [input(), weightsOf(), new BatchStatistics()];
    const apart = net(weights, x);
    await expectClose(apart, normalized([1, 2], [4, 9]), { absolute: 1e-4 });
    const together = net(weights, x, emptyScope.with(batchStatistics, statistics));
    await expectClose(together, normalized(means, variances), { absolute: 1e-5 });
    statistics.update(weights, 0.25);
    await expectClose(weights.norm.mean, [0.75 + 0.25 * 4, 1.5 + 0.25 * 30], { relative: 1e-6 });
    await expectClose(weights.norm.variance, [3 + (0.25 * 5 * 4) / 3, 6.75 + (0.25 * 350 * 4) / 3], { relative: 1e-6 });
    dispose([x, weights, apart, together, statistics]);
  });
});

test('in training the running statistics get no gradient, the others do', () => {
  const [x, weights, statistics] = [input(), weightsOf(), new BatchStatistics()];
  const scope = emptyScope.with(batchStatistics, statistics);
  const { value, gradients: slopes } = gradients(() => sum(mul(net(weights, x, scope), x)), { weights, x });
  const { mean, variance, weight, bias } = slopes.weights.norm;
  expect([mean, variance]).toEqual([undefined, undefined]);
  expect([weight?.shape, bias?.shape, slopes.x?.shape]).toEqual([[2], [2], [2, 2, 2]]);
  dispose([x, weights, value, slopes, statistics]);
});

test('a norm that is not in the tree of weights is named', () => {
  const [x, weights, statistics] = [input(), weightsOf(), new BatchStatistics()];
  tidy(() => net(weights, x, emptyScope.with(batchStatistics, statistics).at('picture')).dispose());
  expect(() => statistics.update(weights)).toThrow(
    'BatchStatistics: the tree of weights has no batch norm at picture.norm',
  );
  dispose([x, weights, statistics]);
});

test('a folded norm gives the numbers of the convolution and the norm', async () => {
  for (const bias of [true, false]) {
    const convolution = convolution1d({ in: 2, out: 2, kernelSize: 2, bias });
    const [x, start, weights] = [input(), init(convolution, { seed: 1 }), weightsOf().norm];
    const both = tidy(() => norm(weights, convolution(start, x)));
    const folded = foldBatchNorm(start, weights, norm.epsilon);
    const one = convolution1d({ in: 2, out: 2, kernelSize: 2 })(folded, x);
    await expectClose(one, Array.from(await both.data()), { absolute: 1e-4 });
    dispose([x, start, weights, both, folded, one]);
  }
});

test('a group norm has the statistics of all positions and of the entries of a group', async () => {
  const each = groupNorm({ dim: 4, groups: 2, epsilon: 0.01 });
  const values = Array.from({ length: 24 }, (_, i) => Math.sin(3 * i) + (i % 4));
  const weights = { weight: tensor([1, 2, 3, 4]), bias: tensor([5, 6, 7, 8]) };
  for (const shape of [
    [2, 3, 4],
    [2, 1, 3, 4],
  ]) {
    const x = tensor(values, shape);
    const y = each(weights, x);
    const expected = values.map((value, i) => {
      const [batch, entry] = [Math.floor(i / 12), i % 4];
      const same = values.filter((_, j) => Math.floor(j / 12) === batch && j % 4 < 2 === entry < 2);
      const mean = same.reduce((total, v) => total + v, 0) / same.length;
      const variance = same.reduce((total, v) => total + (v - mean) ** 2, 0) / same.length;
      return ((value - mean) / Math.sqrt(variance + 0.01)) * (entry + 1) + entry + 5;
    });
    await expectClose(y, expected, { absolute: 1e-5 });
    dispose([x, y]);
  }
  const flat = add(tensor([1, 2, 3, 4], [1, 4]), 0);
  expect(() => each(weights, flat)).toThrow('groupNorm: x [1, 4] is not [batch, ..., 4] with an axis of positions');
  dispose([weights, flat]);
});
