import '@residual/testkit/wasm';
import { countParameters, init, mapTree, weightNeeds } from '@residual/layers';
import { dispose, memoryUsage, mul, type Tensor, tensor } from '@residual/tensor';
import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import { keywordTransformer } from './keyword-transformer.js';

const sizes = { labels: 5, frames: 7, bins: 3, modelDim: 8, heads: 2, depth: 2 };
const frame = (t: number) => Array.from({ length: 3 }, (_, i) => 40 * Math.sin(3 * t + i));
const inOrder = (order: readonly number[]) => tensor(order.flatMap(frame), [1, 7, 3]);

test('the defaults are KWT-1, with 607 thousand weights', () => {
  const layer = keywordTransformer({ labels: 12 });
  expect(countParameters(layer)).toBe(607_436);
  expect(weightNeeds(layer).find(({ path }) => path === 'positions.weight')?.need.shape).toEqual([99, 64]);
});

test('frames are read by the class token: their order counts by their positions alone', async () => {
  const before = memoryUsage();
  const layer = keywordTransformer(sizes);
  const small = init(layer, { seed: 3 });
  const weights = mapTree(small, leaf => mul(leaf as Tensor, 10));
  dispose(small);
  const [forwards, backwards, other] = [
    inOrder([0, 1, 2, 3, 4, 5, 6]),
    inOrder([6, 5, 4, 3, 2, 1, 0]),
    inOrder([0, 1, 2, 3, 4, 5, 9]),
  ];
  const logits = layer(weights, forwards);
  expect(logits.shape).toEqual([1, 5]);
  const withPositions = layer(weights, backwards);
  const difference = async (a: typeof logits, b: typeof logits) => {
    const [x, y] = [await a.data(), await b.data()];
    return Math.max(...x.map((value, i) => Math.abs(value - y[i]!)));
  };
  expect(await difference(logits, withPositions)).toBeGreaterThan(1e-5);
  const positions = mul(weights.positions.weight, 0);
  const without = { ...weights, positions: { weight: positions } };
  const [first, second, third] = [forwards, backwards, other].map(x => layer(without, x));
  await expectClose(second!, await first!.data(), { absolute: 1e-5 });
  expect(await difference(first!, third!)).toBeGreaterThan(1e-4);
  dispose([logits, withPositions, first!, second!, third!, positions, forwards, backwards, other]);
  dispose(weights);
  expect(memoryUsage()).toEqual(before);
});

test('another number of frames is an error', () => {
  const layer = keywordTransformer(sizes);
  const weights = init(layer, { seed: 3 });
  const x = tensor(new Float32Array(18), [1, 6, 3]);
  expect(() => layer(weights, x)).toThrow('keywordTransformer: frames [1, 6, 3] are not [batch, 7, 3]');
  dispose([x]);
  dispose(weights);
  expect(() => keywordTransformer({ ...sizes, words: 3 } as never)).toThrow(/keywordTransformer: .*words/);
});
