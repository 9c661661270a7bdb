import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import {
  add,
  appendToCache,
  attend,
  type CapturedGraph,
  capture,
  dispose,
  linear,
  memoryUsage,
  reshape,
  rmsNorm,
  rotate,
  type Tensor,
  tensor,
  tidy,
  zeros,
} from '../index.js';
import { toTensor } from '../testing/expect-op.js';
import { grid, sample } from '../testing/grid.js';
import { onDevice } from '../testing/on-device.js';

onDevice();

const [modelDim, heads, headDim, capacity] = [6, 3, 4, 7];

/**
 * A decoder step: norm, projections, rotary positions, cache, attention, output, residual. Everything that changes is
 * an input.
 */
const decoder = () => {
  const weight = (shape: number[], seed: number) => toTensor(sample(shape, seed));
  const weights = {
    norm: weight([modelDim], 3),
    query: weight([heads * headDim, modelDim], 5),
    key: weight([headDim, modelDim], 7),
    value: weight([headDim, modelDim], 11),
    output: weight([modelDim, heads * headDim], 13),
    cos: toTensor(grid([capacity, 2], (position, i) => Math.cos(position! / (i! + 1)))),
    sin: toTensor(grid([capacity, 2], (position, i) => Math.sin(position! / (i! + 1)))),
  };
  const step = (x: Tensor, keys: Tensor, values: Tensor, position: Tensor, keyEnd: Tensor): Tensor[] =>
    tidy(() => {
      const normed = rmsNorm(x, weights.norm, 1e-5);
      const table = { cos: weights.cos, sin: weights.sin, ids: reshape(position, [1, 1]) };
      const query = rotate(reshape(linear(normed, weights.query), [1, heads, 1, headDim]), table);
      const key = rotate(reshape(linear(normed, weights.key), [1, 1, 1, headDim]), table);
      const value = reshape(linear(normed, weights.value), [1, 1, 1, headDim]);
      const nextKeys = appendToCache(keys, key, position);
      const nextValues = appendToCache(values, value, position);
      const context = attend({ query, key: nextKeys, value: nextValues, position, keyEnd }, { causal: true });
      const y = add(x, linear(reshape(context, [1, 1, heads * headDim]), weights.output));
      return [y, nextKeys, nextValues];
    });
  return { weights, step };
};

/** Inputs of the step at a position, with a cache of the earlier positions. */
const inputsAt = (position: number): Tensor[] => {
  const filled = (seed: number) => {
    const past = sample([1, 1, capacity, headDim], seed);
    return toTensor(grid([1, 1, capacity, headDim], (b, h, t, d) => (t! < position ? past.at(b!, h!, t!, d!) : 0)));
  };
  return [
    toTensor(sample([1, 1, modelDim], position + 20)),
    filled(17),
    filled(19),
    tensor([position], [1], 'int32'),
    tensor([position + 1], [1], 'int32'),
  ];
};

const captureAt = (step: ReturnType<typeof decoder>['step'], position: number): CapturedGraph => {
  const inputs = inputsAt(position);
  const { outputs, graph } = capture(step as (...inputs: Tensor[]) => Tensor[], inputs);
  dispose([inputs, outputs]);
  return graph;
};

test('a step captured at two positions gives the same graph, attributes and constants', async () => {
  const { weights, step } = decoder();
  const [early, late] = [captureAt(step, 1), captureAt(step, 4)];
  expect(early.nodes.length).toBeGreaterThan(10);
  expect(late.nodes).toEqual(early.nodes);
  expect(await late.constantValues()).toEqual(await early.constantValues());
  const kernels = new Set(early.nodes.map(({ kernel }) => kernel));
  expect(kernels.has('Reshape') || kernels.has('residual.reshape')).toBe(true);
  dispose([weights, early, late]);
});

test('a replay on other inputs equals the step on them', async () => {
  const { weights, step } = decoder();
  const graph = captureAt(step, 2);
  for (const position of [0, 2, 5]) {
    const eager = step(...(inputsAt(position) as Parameters<typeof step>));
    const replayed = graph.replay(inputsAt(position));
    expect(replayed.map(({ shape, dtype }) => [shape, dtype])).toEqual(eager.map(({ shape, dtype }) => [shape, dtype]));
    for (const [i, result] of replayed.entries())
      await expectClose(result, (await eager[i]!.data()) as Float32Array, { absolute: 1e-6 });
    dispose([eager, replayed]);
  }
  dispose([weights, graph]);
});

test('a hundred replays, each on the caches of the one before, leak nothing and are the steps', async () => {
  const { weights, step } = decoder();
  const graph = captureAt(step, 0);
  const start = inputsAt(0);
  let [keys, values] = [start[1]!, start[2]!];
  let [eagerKeys, eagerValues] = [zeros(keys.shape), zeros(values.shape)];
  const x = start[0]!;
  let count: ReturnType<typeof memoryUsage> | undefined;
  for (let i = 0; i < 100; i++) {
    const rowIndex = tensor([i % capacity], [1], 'int32');
    const keyEnd = tensor([(i % capacity) + 1], [1], 'int32');
    const [y, nextKeys, nextValues] = graph.replay([x, keys, values, rowIndex, keyEnd]) as [Tensor, Tensor, Tensor];
    expect([keys.isDisposed, values.isDisposed]).toEqual([true, true]); // consumed, as in the step
    [keys, values] = [nextKeys, nextValues];
    if (i < capacity) {
      const eager = step(x, eagerKeys, eagerValues, rowIndex, keyEnd) as [Tensor, Tensor, Tensor];
      await expectClose(y, (await eager[0].data()) as Float32Array, { absolute: 1e-6 });
      [eagerKeys, eagerValues] = [eager[1], eager[2]];
      eager[0].dispose();
    }
    dispose([y, rowIndex, keyEnd]);
    if (i === capacity) count = memoryUsage();
  }
  expect(memoryUsage()).toEqual(count);
  dispose([weights, graph, start, keys, values, eagerKeys, eagerValues]);
});
