import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import {
  capture,
  dispose,
  dropout,
  gradients,
  ones,
  randomBitsAt,
  randomKey,
  streamOf,
  type Tensor,
  zeros,
} from '../index.js';
import { expectOp } from '../testing/expect-op.js';
import { grid, sample } from '../testing/grid.js';
import { messageOf } from '../testing/message-of.js';
import { onDevice } from '../testing/on-device.js';

onDevice();

const stream = { seed: 4294967295, path: 'layers.3.mlp', step: 12 };

/** Entry i is kept where its 24 random bits are at least rate · 2²⁴. */
const factor = (i: number, rate: number) => {
  const key = randomKey(stream.seed, streamOf(stream.path), stream.step);
  return randomBitsAt(key, i) >>> 8 >= Math.round(rate * 2 ** 24) ? 1 / (1 - rate) : 0;
};

test('entries are dropped by their random bits, and so is the gradient', async () => {
  for (const rate of [0, 0.1, 0.5, 0.9])
    for (const shape of [[2, 3, 5], [7], [1, 2, 3, 5]])
      await expectOp({
        inputs: { x: sample(shape, 3) },
        run: ({ x }) => dropout(x, rate, stream),
        reference: ({ x }) => {
          let i = 0;
          return grid(shape, (...index) => x.at(...index) * (rate === 0 ? 1 : factor(i++, rate)));
        },
      });
});

test('the mask is reproducible, and differs for another seed, path or step', async () => {
  const x = ones([8, 32]);
  const masks = [stream, stream, { ...stream, seed: 1 }, { ...stream, path: 'layers.4.mlp' }, { ...stream, step: 13 }];
  const results = masks.map(each => dropout(x, 0.5, each));
  const [first, ...others] = await Promise.all(results.map(async result => (await result.data()).join()));
  expect(others.map(other => other === first)).toEqual([true, false, false, false]);
  dispose([x, results]);
});

test('the fraction of dropped entries is the rate, and the mean is preserved', async () => {
  const x = ones([100, 100]);
  for (const rate of [0.1, 0.5]) {
    const y = dropout(x, rate, stream);
    const values = [...(await y.data())];
    const dropped = values.filter(value => value === 0).length / values.length;
    expect(Math.abs(dropped - rate)).toBeLessThan(0.02);
    expect(new Set(values.map(value => Math.round(value * 1e4)))).toEqual(new Set([0, Math.round(1e4 / (1 - rate))]));
    y.dispose();
  }
  x.dispose();
});

test('the gradient is that of the same mask', async () => {
  const x = ones([5, 7]);
  const output = gradients(() => dropout(x, 0.4, stream), x, x);
  await expectClose(output.gradients as Tensor, (await output.value.data()) as Float32Array, { absolute: 0 });
  dispose([x, output]);
});

test('an invalid rate, step or seed is named, and a capture throws', () => {
  const x = zeros([2]);
  const message = (rate: number, more: object) => messageOf(() => dropout(x, rate, { ...stream, ...more }));
  expect(message(1, {})).toBe('dropout: rate is 1; it must be from 0 to below 1');
  expect(message(Number.NaN, {})).toBe('dropout: rate is NaN; it must be from 0 to below 1');
  expect(message(0.5, { step: 0.5 })).toBe('dropout: step is 0.5; it must be a whole number from 0');
  expect(message(0.5, { seed: -1 })).toBe('dropout: seed is -1; it must be a whole number from 0 to 4294967295');
  expect(messageOf(() => capture(y => [dropout(y!, 0.5, stream)], [x]))).toBe(
    'dropout: a captured step would repeat one mask; capture without dropout',
  );
  x.dispose();
});
