import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { call, expectNear, expectNoGrowth, numbers, start } from '../testing/index.js';

beforeAll(start);

/** x weightᵀ + bias in float64. */
function reference(x: tf.Tensor, weight: tf.Tensor, bias?: tf.Tensor): Float64Array {
  const [outDim, inDim] = weight.shape as [number, number];
  const rows = x.size / inDim;
  const [a, w, b] = [x.dataSync(), weight.dataSync(), bias?.dataSync()];
  return Float64Array.from({ length: rows * outDim }, (_, at) => {
    const [m, n] = [Math.floor(at / outDim), at % outDim];
    let sum = b ? b[n]! : 0;
    for (let i = 0; i < inDim; i++) sum += a[m * inDim + i]! * w[n * inDim + i]!;
    return sum;
  });
}

function check(lead: number[], inDim: number, outDim: number, withBias: boolean, seed: number) {
  tf.tidy(() => {
    const { tensor } = numbers(seed);
    const [x, weight] = [tensor([...lead, inDim]), tensor([outDim, inDim])];
    const bias = withBias ? tensor([outDim]) : undefined;
    const y = call('linear', { x, weight, bias });
    expect(y.shape).toEqual([...lead, outDim]);
    expectNear(y, reference(x, weight, bias), { absolute: 3e-6 * Math.sqrt(inDim) }, `[${lead}] ${inDim} ${outDim}`);
  });
}

test('every combination of small sizes is right, with and without a bias', () => {
  const sizes = [1, 2, 3, 4, 5, 7, 8, 9, 13];
  for (const rows of sizes)
    for (const inDim of sizes)
      for (const outDim of sizes) check([rows], inDim, outDim, (rows + inDim + outDim) % 2 === 0, 1);
});

test('sizes around the tiles and blocks of the many-row path are right', () => {
  for (const rows of [23, 24, 25, 27, 28, 29, 31, 255, 256, 257])
    for (const [inDim, outDim] of [
      [6, 7],
      [64, 9],
      [511, 8],
      [512, 17],
      [513, 5],
    ] as const)
      check([rows], inDim, outDim, true, rows);
});

test('random shapes are right', () => {
  const { int, pick } = numbers(7);
  for (let i = 0; i < 150; i++)
    check(pick([[int(1, 60)], [int(1, 4), int(1, 17)], []]), int(1, 130), int(1, 130), i % 2 === 0, i);
});

test('a weight is stored once: using it with many rows and few makes no copy', () => {
  const [weight, few, many] = [tf.zeros([3000, 2048]), tf.zeros([1, 2048]), tf.zeros([64, 2048])];
  const heap = () => (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.byteLength;
  const before = heap();
  call('linear', { x: few, weight }).dispose();
  call('linear', { x: many, weight }).dispose();
  expect(heap() - before).toBeLessThan(weight.size * 2); // bytes: half of the weight
  tf.dispose([weight, few, many]);
});

test('no rows in, no rows out', () => {
  const [x, weight] = [tf.zeros([1, 0, 3]), tf.zeros([2, 3])];
  const y = call('linear', { x, weight });
  expect(y.shape).toEqual([1, 0, 2]);
  tf.dispose([x, weight, y]);
});

test('nothing grows over 1,000 calls', () => {
  const { tensor } = numbers(3);
  const [weight, few, many] = [tensor([30, 20]), tensor([2, 20]), tensor([40, 20])];
  expectNoGrowth(() => call('linear', { x: few, weight }));
  expectNoGrowth(() => call('linear', { x: many, weight }));
  tf.dispose([weight, few, many]);
});
