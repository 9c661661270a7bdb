import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { call, expectNear, expectNoGrowth, numbers, read, start } from '../testing/index.js';

beforeAll(start);

type Pair = readonly [number, number];

/** A convolution: its sizes, as numbers for height and width. */
interface Case {
  readonly batch: number;
  readonly input: Pair;
  readonly dim: number;
  readonly out: number;
  readonly kernel: Pair;
  readonly stride?: Pair;
  readonly dilation?: Pair;
  readonly before?: Pair;
  readonly after?: Pair;
  readonly groups?: number;
}

/** The window of a case. */
function windowOf(sizes: Case) {
  const { input, kernel, stride = [1, 1], dilation = [1, 1], before = [0, 0], after = before } = sizes;
  const output = input.map((length, axis) => {
    const span = (kernel[axis]! - 1) * dilation[axis]! + 1;
    return Math.floor((length + before[axis]! + after[axis]! - span) / stride[axis]!) + 1;
  });
  return { kernel, stride, dilation, before, input, output: output as unknown as Pair };
}

/** Calls `visit` for each product of an output: indices of x, the weight and y. */
function forEachProduct(sizes: Case, visit: (x: number, weight: number, y: number) => void): void {
  const { batch, input, dim, out, groups = 1 } = sizes;
  const { kernel, stride, dilation, before, output } = windowOf(sizes);
  const [per, outPer] = [dim / groups, out / groups];
  for (let b = 0; b < batch; b++)
    for (let row = 0; row < output[0]; row++)
      for (let column = 0; column < output[1]; column++)
        for (let i = 0; i < kernel[0]; i++)
          for (let j = 0; j < kernel[1]; j++) {
            const y = row * stride[0] - before[0] + i * dilation[0];
            const x = column * stride[1] - before[1] + j * dilation[1];
            if (y < 0 || x < 0 || y >= input[0] || x >= input[1]) continue;
            const from = ((b * input[0] + y) * input[1] + x) * dim;
            const to = ((b * output[0] + row) * output[1] + column) * out;
            for (let o = 0; o < out; o++)
              for (let e = 0; e < per; e++) {
                const tap = (o * kernel[0] * kernel[1] + i * kernel[1] + j) * per + e;
                visit(from + Math.floor(o / outPer) * per + e, tap, to + o);
              }
          }
}

function check(sizes: Case, seed: number) {
  tf.tidy(() => {
    const { batch, input, dim, out, kernel, groups = 1 } = sizes;
    const window = windowOf(sizes);
    const attributes = { window, groups };
    const { tensor } = numbers(seed);
    const x = tensor([batch, ...input, dim]);
    const weight = tensor([out, (kernel[0] * kernel[1] * dim) / groups]);
    const bias = seed % 2 === 0 ? tensor([out]) : undefined;
    const dy = tensor([batch, ...window.output, out]);
    const [xs, weights, biases, slopes] = [x, weight, bias, dy].map(each => (each ? read(each) : undefined));
    const forward = Float64Array.from({ length: dy.size }, (_, i) => biases?.[i % out] ?? 0);
    const [inward, sideward] = [new Float64Array(x.size), new Float64Array(weight.size)];
    forEachProduct(sizes, (i, w, o) => {
      forward[o]! += xs![i]! * weights![w]!;
      inward[i]! += slopes![o]! * weights![w]!;
      sideward[w]! += slopes![o]! * xs![i]!;
    });
    const where = JSON.stringify(sizes);
    const near = (count: number) => ({ absolute: 4e-6 * Math.sqrt(count) });
    const y = call('convolution', { x, weight, bias }, attributes);
    expect(y.shape).toEqual(dy.shape);
    expectNear(y, forward, near(weight.size / out), where);
    const dx = call('convolutionInputGradient', { dy, weight }, attributes);
    expect(dx.shape).toEqual(x.shape);
    expectNear(dx, inward, near(weight.size / dim), where);
    const slope = call('convolutionWeightGradient', { x, dy }, attributes);
    expect(slope.shape).toEqual(weight.shape);
    expectNear(slope, sideward, near(dy.size / out), where);
  });
}

test('random sizes, with gaps, strides, padding and groups', () => {
  const { int, pick } = numbers(5);
  const pair = (from: number, to: number): Pair => [int(from, to), int(from, to)];
  for (let i = 0; i < 150; i++) {
    const groups = pick([1, 1, 2, 3]);
    check(
      {
        ...{ batch: int(1, 3), input: pair(5, 9), dim: groups * int(1, 5), out: groups * int(1, 9), groups },
        ...{ kernel: pair(1, 3), stride: pair(1, 3), dilation: pair(1, 2), before: pair(0, 2), after: pair(0, 2) },
      },
      i,
    );
  }
});

test('sequences: windows as they lie, padded, in groups, far apart', () => {
  const { int, pick } = numbers(7);
  for (let i = 0; i < 60; i++) {
    const groups = pick([1, 1, 4]);
    const padding = pick([0, 0, 3]);
    check(
      {
        ...{ batch: int(1, 3), input: [1, int(7, 30)], dim: groups * int(1, 6), out: groups * int(1, 20), groups },
        ...{ kernel: [1, int(1, 6)], stride: [1, int(1, 8)], before: [0, padding], after: [0, int(0, padding)] },
      },
      i,
    );
  }
});

test('more windows than one part has', () => {
  check({ batch: 3, input: [12, 11], dim: 5, out: 6, kernel: [3, 3], before: [1, 1] }, 2);
  check({ batch: 1, input: [40, 3], dim: 300, out: 2, kernel: [5, 3], before: [2, 1] }, 3);
});

test('depthwise, and positions on their own', () => {
  check({ batch: 2, input: [5, 6], dim: 7, out: 7, kernel: [3, 2], before: [1, 1], groups: 7 }, 2);
  check({ batch: 2, input: [1, 9], dim: 8, out: 8, kernel: [1, 4], stride: [1, 2], before: [0, 3], groups: 8 }, 3);
  check({ batch: 2, input: [3, 4], dim: 6, out: 4, kernel: [1, 1], groups: 2 }, 4);
  check({ batch: 2, input: [3, 4], dim: 6, out: 4, kernel: [1, 1], stride: [2, 3] }, 5);
});

test('nothing grows over 1,000 calls', () => {
  const sizes: Case = { batch: 2, input: [6, 6], dim: 3, out: 5, kernel: [3, 3], before: [1, 1] };
  const attributes = { window: windowOf(sizes), groups: 1 };
  const { tensor } = numbers(3);
  const [x, weight, dy] = [tensor([2, 6, 6, 3]), tensor([5, 27]), tensor([2, 6, 6, 5])];
  expectNoGrowth(() => call('convolution', { x, weight }, attributes));
  expectNoGrowth(() => call('convolutionInputGradient', { dy, weight }, attributes));
  expectNoGrowth(() => call('convolutionWeightGradient', { x, dy }, attributes));
  tf.dispose([x, weight, dy]);
});
