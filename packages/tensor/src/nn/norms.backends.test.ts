import { expectClose } from '@residual/testkit';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { dispose, gradients, layerNorm, rmsNorm, type Tensor, tensor, tidy, zeros } from '../index.js';
import { expectOp, toTensor } from '../testing/expect-op.js';
import { type Grid, grid, sample, sumOver } from '../testing/grid.js';
import { messageOf } from '../testing/message-of.js';
import { onDevice } from '../testing/on-device.js';

onDevice();

const epsilon = 1e-5;

/** Statistics of a row, computed once per row. */
const ofRow = <T>(compute: (row: number[]) => T) => {
  const memo = new Map<string, T>();
  return (index: number[]): T => {
    const row = index.slice(0, -1);
    const statistics = memo.get(`${row}`) ?? compute(row);
    memo.set(`${row}`, statistics);
    return statistics;
  };
};

const momentsOf = (x: Grid) =>
  ofRow(row => {
    const dim = x.shape.at(-1)!;
    const mean = sumOver(dim, i => x.at(...row, i)) / dim;
    const variance = sumOver(dim, i => (x.at(...row, i) - mean) ** 2) / dim;
    return { mean, deviation: Math.sqrt(variance + epsilon) };
  });

const layerNormOf = (x: Grid, weight: Grid, bias?: Grid): Grid => {
  const moments = momentsOf(x);
  return grid(x.shape, (...index) => {
    const { mean, deviation } = moments(index);
    return ((x.at(...index) - mean) / deviation) * weight.at(index.at(-1)!) + (bias?.at(index.at(-1)!) ?? 0);
  });
};

const rmsNormOf = (x: Grid, weight?: Grid): Grid => {
  const dim = x.shape.at(-1)!;
  const root = ofRow(row => Math.sqrt(sumOver(dim, i => x.at(...row, i) ** 2) / dim + epsilon));
  return grid(x.shape, (...index) => (x.at(...index) / root(index)) * (weight?.at(index.at(-1)!) ?? 1));
};

const shapes = [[2, 3, 5], [3, 7], [7], [2, 1, 3, 11]];

test('layer norm equals the loops, with and without bias', async () => {
  for (const shape of shapes) {
    const [x, weight, bias] = [sample(shape, 3, -2, 2), sample(shape.slice(-1), 5), sample(shape.slice(-1), 7)];
    await expectOp({
      inputs: { x, weight, bias },
      run: t => layerNorm(t.x, t.weight, t.bias, epsilon),
      reference: g => layerNormOf(g.x, g.weight, g.bias),
    });
    await expectOp({
      inputs: { x, weight },
      run: t => layerNorm(t.x, t.weight, undefined, epsilon),
      reference: g => layerNormOf(g.x, g.weight),
    });
  }
});

test('RMS norm equals the loops, with and without weight', async () => {
  for (const shape of shapes) {
    const [x, weight] = [sample(shape, 3, -2, 2), sample(shape.slice(-1), 5)];
    await expectOp({
      inputs: { x, weight },
      run: t => rmsNorm(t.x, t.weight, epsilon),
      reference: g => rmsNormOf(g.x, g.weight),
    });
    await expectOp({ inputs: { x }, run: t => rmsNorm(t.x, undefined, epsilon), reference: g => rmsNormOf(g.x) });
  }
});

test('rows of 768 that are far from 0, large, or nearly constant keep their digits', async () => {
  for (const [low, high, absolute] of [
    [99, 101, tf.getKernel('residual.layerNorm', tf.getBackend()) ? 3e-5 : 2e-6],
    [-3000, 3000, 3e-6],
    [-1e-3, 1e-3, 3e-6],
  ] as const) {
    const [x, weight, dy] = [sample([3, 768], 3, low, high), sample([768], 5), sample([3, 768], 7)];
    const [a, w, upstream] = [x, weight, dy].map(g => toTensor(g)) as [Tensor, Tensor, Tensor];
    const layer = gradients(() => layerNorm(a, w, undefined, epsilon), { a }, upstream);
    await expectClose(layer.value, layerNormOf(x, weight), { absolute });
    await expectClose(layer.gradients.a!, layerNormSlope(x, weight, dy), { absolute: 2e-4, relative: 1e-3 });
    const rms = gradients(() => rmsNorm(a, w, epsilon), { a }, upstream);
    await expectClose(rms.value, rmsNormOf(x, weight), { absolute });
    dispose([layer, rms, a, w, upstream]);
  }
});

/** The gradient of layer norm for x: (g - mean g - unit · mean(g · unit)) / √(variance + epsilon), g = dy · weight. */
const layerNormSlope = (x: Grid, weight: Grid, dy: Grid): Grid => {
  const dim = x.shape.at(-1)!;
  const average = (f: (i: number) => number) => sumOver(dim, f) / dim;
  const moments = momentsOf(x);
  const g = (row: number, i: number) => dy.at(row, i) * weight.at(i);
  const unit = (row: number, i: number) => (x.at(row, i) - moments([row, i]).mean) / moments([row, i]).deviation;
  const means = ofRow(([row]) => [average(i => g(row!, i)), average(i => g(row!, i) * unit(row!, i))] as const);
  return grid(x.shape, (row, at) => {
    const [ofG, ofBoth] = means([row!, at!]);
    return (g(row!, at!) - ofG - unit(row!, at!) * ofBoth) / moments([row!, at!]).deviation;
  });
};

test('what does not fit throws with both sides', () => {
  tidy(() => {
    const [x, weight] = [zeros([2, 3]), zeros([2])];
    expect(messageOf(() => layerNorm(x, weight, undefined, epsilon))).toBe(
      'layerNorm: x [2, 3] needs [3], was given [2]',
    );
    expect(messageOf(() => rmsNorm(x, tensor([1, 2, 3], [1, 3]), epsilon))).toBe(
      'rmsNorm: x [2, 3] needs [3], was given [1, 3]',
    );
  });
});
