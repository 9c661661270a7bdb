import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, test } from 'vitest';
import { call, expectNear, expectNoGrowth, numbers, start } from '../testing/index.js';

beforeAll(start);

const epsilon = 1e-5;

interface Case {
  shape: number[];
  shift: number;
  scale: number;
  absolute: number;
  seed: number;
}

function check({ shape, shift, scale, absolute, seed }: Case) {
  tf.tidy(() => {
    const { tensor } = numbers(seed);
    const dim = shape.at(-1)!;
    const x = tensor(shape, scale, shift);
    const [weight, bias] = [tensor([dim]), tensor([dim])];
    const [values, w, b] = [x.dataSync(), weight.dataSync(), bias.dataSync()];
    const normed = (centered: boolean) => {
      const y = new Float64Array(values.length);
      for (let row = 0; row < values.length; row += dim) {
        let [mean, square] = [0, 0];
        for (let i = 0; i < dim; i++) mean += centered ? values[row + i]! / dim : 0;
        for (let i = 0; i < dim; i++) square += (values[row + i]! - mean) ** 2 / dim;
        for (let i = 0; i < dim; i++) y[row + i] = (values[row + i]! - mean) / Math.sqrt(square + epsilon);
      }
      return y;
    };
    const where = `[${shape}] around ${shift}`;
    const [layer, rms] = [normed(true), normed(false)];
    const times = (y: Float64Array) => y.map((v, i) => v * w[i % dim]!);
    const plus = (y: Float64Array) => y.map((v, i) => v + b[i % dim]!);
    expectNear(call('layerNorm', { x, weight, bias }, { epsilon }), plus(times(layer)), { absolute }, where);
    expectNear(call('layerNorm', { x, weight }, { epsilon }), times(layer), { absolute }, where);
    expectNear(call('rmsNorm', { x, weight }, { epsilon }), times(rms), { absolute: 2e-6 }, where);
    expectNear(call('rmsNorm', { x }, { epsilon }), rms, { absolute: 2e-6 }, where);
  });
}

test('widths that are no multiple of a vector are right', () => {
  for (let dim = 1; dim <= 40; dim++) check({ shape: [3, dim], shift: 0, scale: 1, absolute: 5e-6, seed: dim });
  for (const dim of [768, 771, 1024, 4096])
    check({ shape: [2, 5, dim], shift: 0, scale: 3, absolute: 2e-6, seed: dim });
});

test('a mean of 100 or 10,000 with a spread of 1 and values of 3,000 are accurate to 2e-6', () => {
  check({ shape: [7, 768], shift: 100, scale: Math.sqrt(3), absolute: 2e-6, seed: 1 });
  check({ shape: [7, 771], shift: 10000, scale: Math.sqrt(3), absolute: 2e-6, seed: 1 });
  check({ shape: [7, 768], shift: 0, scale: 3000, absolute: 2e-6, seed: 2 });
});

test('nothing grows over 1,000 calls', () => {
  const { tensor } = numbers(3);
  const [x, weight] = [tensor([5, 30]), tensor([30])];
  expectNoGrowth(() => call('layerNorm', { x, weight }, { epsilon }));
  expectNoGrowth(() => call('rmsNorm', { x, weight }, { epsilon }));
  tf.dispose([x, weight]);
});
