import '@residual/testkit/wasm';
import { dispose, keep, memoryUsage, mul, type Tensor, tensor } from '@residual/tensor';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CapturedSteps } from './captured-steps.js';

const before = memoryUsage();
let steps: CapturedSteps;
let weights: { scale: Tensor; active: boolean };
let eagerRuns: number;

beforeEach(() => {
  steps = new CapturedSteps(() => weights);
  weights = { scale: keep(tensor([2, 3], [2])), active: true };
  eagerRuns = 0;
});

afterEach(() => {
  steps.clear();
  dispose(weights.scale);
  expect(memoryUsage()).toEqual(before);
});

/** Runs a step for 5 and 7: their product with the weights and with `factor`. */
async function resultOf(factor?: number): Promise<number[]> {
  const x = tensor([5, 7], [2]);
  steps.syncWeights();
  const [y] = steps.run('step', { x }, () => {
    eagerRuns++;
    const scaled = mul(x, weights.scale);
    return [factor ? mul(scaled, tensor([factor, factor], [2])) : scaled];
  });
  const values = [...(await y!.data())];
  dispose([x, y]);
  steps.release();
  return values;
}

test('a step is captured once for many calls, and no tensors are kept between them', async () => {
  const usage = memoryUsage();
  for (let i = 0; i < 3; i++) {
    expect(await resultOf()).toEqual([10, 21]);
    expect(memoryUsage()).toEqual(usage);
  }
  expect(eagerRuns).toBe(1);
});

test('a replaced weight, or a changed flag beside the weights, makes a new graph', async () => {
  await resultOf();
  dispose(weights.scale);
  weights.scale = keep(tensor([4, 5], [2]));
  expect(await resultOf()).toEqual([20, 35]);
  weights.active = false;
  await resultOf();
  expect(eagerRuns).toBe(3);
});

test('a constant that a step makes from numbers is made again in each call and not kept between calls', async () => {
  const usage = memoryUsage();
  for (let i = 0; i < 3; i++) {
    expect(await resultOf(2)).toEqual([20, 42]);
    expect(memoryUsage()).toEqual(usage);
  }
  expect(eagerRuns).toBe(1);
});

test('a step that reads another tensor than its inputs and the weights is captured anew in each call', async () => {
  const usage = memoryUsage();
  for (const factor of [2, 3]) {
    const other = tensor([factor, factor], [2]);
    const x = tensor([5, 7], [2]);
    steps.syncWeights();
    const [y] = steps.run('step', { x }, () => [mul(x, other)]);
    expect([...(await y!.data())]).toEqual([5 * factor, 7 * factor]);
    dispose([x, y, other]);
    steps.release();
    expect(memoryUsage()).toEqual(usage);
  }
});

test('the graphs that were used least recently go where there are too many, or too many kernels in all', () => {
  for (const limits of [
    { graphs: 2, kernels: 99 },
    { graphs: 99, kernels: 9 }, // each has 4
  ]) {
    const few = new CapturedSteps(() => weights, limits);
    const captured: string[] = [];
    const run = (name: string) => {
      const x = tensor([5, 7], [2]);
      const step = () => {
        captured.push(name);
        return [mul(mul(mul(mul(x, 2), 2), 2), weights.scale)];
      };
      dispose([x, few.run(name, { x }, step)]);
    };
    for (const name of ['a', 'b', 'a', 'c', 'a', 'b']) run(name);
    expect(captured).toEqual(['a', 'b', 'c', 'b']);
    few.clear();
  }
});
