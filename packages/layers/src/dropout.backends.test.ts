import {
  dispose,
  gradients,
  ones,
  randomBitsAt,
  randomKey,
  streamOf,
  sum,
  type Tensor,
  tensor,
} from '@residual/tensor';
import { expectClose, expectNoLeak } from '@residual/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dropout, emptyScope, layer, randomness } from './index.js';

const rate = 0.4;
const drop = dropout({ rate });
const training = (step: number) => emptyScope.with(randomness, { seed: 11, step }).at('layers').at(3);

/** The mask by its definition: the upper 24 bits of the hash at (seed, path, step, counter). */
const maskAt = (path: string, step: number, length: number) =>
  Array.from({ length }, (_, i) =>
    randomBitsAt(randomKey(11, streamOf(path), step), i) >>> 8 < Math.round(rate * 2 ** 24) ? 0 : 1 / (1 - rate),
  );

let x: Tensor;
beforeEach(() => {
  x = ones([5, 7]);
});
afterEach(() => x.dispose());

test('without randomness in the scope x is returned unchanged, as a new handle', async () => {
  const y = drop({}, x);
  expect(y).not.toBe(x);
  y.dispose();
  await expectClose(x, Array(35).fill(1), { absolute: 0 });
});

test('the mask is that of seed, path and step, on every backend', async () => {
  const y = drop({}, x, training(2));
  await expectClose(y, maskAt('layers.3', 2, 35), { relative: 1e-6 });
  y.dispose();
});

test('another path, step or seed drops others', async () => {
  const scopes = [training(2), training(3), training(2).at('mlp'), training(2).with(randomness, { seed: 12, step: 2 })];
  const masks = await Promise.all(
    scopes.map(async scope => {
      const y = drop({}, x, scope);
      const values = [...(await y.data())].join();
      y.dispose();
      return values;
    }),
  );
  expect(new Set(masks).size).toBe(4);
});

test('forward and backward have one mask', async () => {
  const scaled = tensor(
    Array.from({ length: 35 }, (_, i) => i + 1),
    [5, 7],
  );
  const found = gradients(() => sum(drop({}, scaled, training(2))), { scaled });
  await expectClose(found.gradients.scaled!, maskAt('layers.3', 2, 35), { relative: 1e-6 });
  dispose([scaled, found]);
});

test('randomStreamIn is the stream for an op with dropout inside', () => {
  expect(drop.randomStreamIn(training(2))).toEqual({ seed: 11, step: 2, path: 'layers.3', rate });
  expect(drop.randomStreamIn(emptyScope)).toBeUndefined();
  expect(dropout({ rate: 0 }).randomStreamIn(training(2))).toBeUndefined();
});

test('no tensor leaks inside a layer', async () => {
  const twice = layer({ drop }, (_, y: Tensor, scope) => drop({}, drop({}, y, scope.at('a')), scope.at('b')));
  await expectNoLeak(() => dispose([twice({ drop: {} }, x), twice({ drop: {} }, x, training(1))]));
});

test.each([-0.1, 1, Number.NaN])('a rate of %s is refused where it is composed', wrong => {
  expect(() => dropout({ rate: wrong })).toThrow(`dropout: rate is ${wrong}; it must be a number from 0 to below 1`);
});
