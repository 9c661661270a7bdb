import './index.js';
import {
  add,
  capture,
  embed,
  exp,
  layerNorm,
  memoryUsage,
  reshape,
  silu,
  type Tensor,
  tensor,
  useBackend,
} from '@residual/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test, vi } from 'vitest';

beforeAll(() => useBackend('wasm'));

const values = (shift: number) =>
  tensor(
    Float32Array.from({ length: 15 }, (_, i) => Math.sin(i + shift)),
    [3, 5],
  );

/**
 * Runs `step` on other inputs directly and by a replay, and returns both results and how many buffers the replay made.
 */
async function replayed(step: (x: Tensor) => readonly Tensor[]) {
  const [first, second] = [values(0), values(7)];
  const { outputs, graph } = capture(step, [first]);
  const spy = vi.spyOn(tf.backend() as unknown as { makeOutput: () => unknown }, 'makeOutput');
  const again = graph.replay([second]);
  const count = spy.mock.calls.length;
  spy.mockRestore();
  const written = tf.tidy(() => step(second) as tf.Tensor[]) as Tensor[];
  const numbers = (list: readonly Tensor[]) => Promise.all(list.map(async x => [...(await x.data())]));
  const both = [await numbers(again), await numbers(written)];
  tf.dispose([first, second, ...outputs, ...again, ...written] as tf.Tensor[]);
  graph.dispose();
  return { both, count };
}

const chain = (x: Tensor) => Array.from({ length: 10 }).reduce<Tensor>(y => silu(y), x);

test('a chain of ops of one size alternates between two buffers, after one of an op of tfjs', async () => {
  const before = memoryUsage();
  const { both, count } = await replayed(x => [chain(exp(x))]);
  expect(both[0]).toEqual(both[1]);
  expect(count).toBe(1 + 2);
  expect(memoryUsage()).toEqual(before);
});

test('a step of our kernels alone makes no buffer but that of its result', async () => {
  const { both, count } = await replayed(x => [chain(x)]);
  expect(both[0]).toEqual(both[1]);
  expect(count).toBe(1);
});

for (const [name, first] of [
  ['planned', silu],
  ['call by call', exp],
] as const)
  test(`buffers that are still read, under any shape, or returned are not reused, ${name}`, async () => {
    const before = memoryUsage();
    const [weight, bias] = [tensor([1, 2, 3, 4, 5], [5]), tensor([5, 4, 3, 2, 1], [5])];
    const { both } = await replayed(x => {
      const a = first(x);
      const flat = reshape(a, [15]);
      const b = layerNorm(add(a, x), weight, bias, 1e-5);
      const c = silu(silu(b));
      return [reshape(c, [5, 3]), add(flat, reshape(silu(c), [15])), b, reshape(x, [1, 15]), reshape(c, [15])];
    });
    expect(both[0]).toEqual(both[1]);
    tf.dispose([weight, bias]);
    expect(memoryUsage()).toEqual(before);
  });

test('a kernel that fails leaks nothing', () => {
  const before = memoryUsage();
  const table = values(1);
  const [good, bad] = [tensor([0, 1, 2], [3], 'int32'), tensor([0, 1, 3], [3], 'int32')];
  const { outputs, graph } = capture((ids, x) => [embed(silu(silu(silu(x!))), ids!)], [good, table]);
  expect(() => graph.replay([bad, table])).toThrow('embed: id 3 is outside the vocabulary of 3');
  graph.dispose();
  tf.dispose([table, good, bad, ...outputs] as tf.Tensor[]);
  expect(memoryUsage()).toEqual(before);
});
