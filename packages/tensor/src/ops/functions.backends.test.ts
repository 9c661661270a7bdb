import { expect, test } from 'vitest';
import {
  abs,
  dispose,
  erf,
  exp,
  log,
  neg,
  relu,
  rsqrt,
  sigmoid,
  sqrt,
  square,
  type Tensor,
  tanh,
  tensor,
  tidy,
} from '../index.js';
import { erf as erfOf } from '../testing/erf.js';
import { expectOp } from '../testing/expect-op.js';
import { grid, sample } from '../testing/grid.js';
import { messageOf } from '../testing/message-of.js';
import { onDevice } from '../testing/on-device.js';

onDevice();

type One = (x: Tensor) => Tensor;

/** The op, its reference, and the range of inputs. */
const functions: Record<string, [One, (x: number) => number, number, number]> = {
  neg: [neg, x => -x, -3, 3],
  abs: [abs, Math.abs, -3, 3],
  square: [square, x => x * x, -3, 3],
  sqrt: [sqrt, Math.sqrt, 0.1, 9],
  rsqrt: [rsqrt, x => 1 / Math.sqrt(x), 0.1, 9],
  exp: [exp, Math.exp, -4, 4],
  log: [log, Math.log, 0.1, 9],
  tanh: [tanh, Math.tanh, -4, 4],
  sigmoid: [sigmoid, x => 1 / (1 + Math.exp(-x)), -8, 8],
  erf: [erf, erfOf, -3.5, 3.5],
  relu: [relu, x => Math.max(x, 0), -3, 3],
};

for (const [name, [ours, reference, low, high]] of Object.entries(functions)) {
  test(`${name} and its gradient equal the formula`, async () => {
    for (const shape of [[2, 3, 5], [1, 1, 2, 3, 1, 2], []])
      await expectOp({
        inputs: { x: sample(shape, 3, low, high) },
        run: ({ x }) => ours(x),
        reference: ({ x }) => grid(shape, (...index) => reference(x.at(...index))),
      });
  });
}

test('far from 0 the functions stay numbers', async () => {
  const x = tensor([-90, -30, 30, 90], [4]);
  const results = [sigmoid(x), tanh(x), erf(x), exp(tensor([-200], [1]))];
  const expected = [[0, 0, 1, 1], [-1, -1, 1, 1], [-1, -1, 1, 1], [0]];
  for (const [i, result] of results.entries())
    for (const [j, value] of [...(await result.data())].entries()) expect(value).toBeCloseTo(expected[i]![j]!, 6);
  dispose([x, results]);
});

test('neg and abs take whole numbers, the others refuse them', async () => {
  const ids = tensor([-3, 0, 5], [3], 'int32');
  const [minus, size] = [neg(ids), abs(ids)];
  expect([minus.dtype, size.dtype]).toEqual(['int32', 'int32']);
  expect([...(await minus.data())].map(n => n + 0)).toEqual([3, 0, -5]);
  expect([...(await size.data())]).toEqual([3, 0, 5]);
  dispose([minus, size]);
  tidy(() => {
    for (const [name, [ours]] of Object.entries(functions))
      if (name !== 'neg' && name !== 'abs')
        expect(messageOf(() => ours(ids))).toBe(`${name}: x is int32; convert with toFloat`);
  });
  ids.dispose();
});
