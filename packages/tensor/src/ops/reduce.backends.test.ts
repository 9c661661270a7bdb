import { expect, test } from 'vitest';
import {
  argMax,
  clone,
  dispose,
  gradients,
  max,
  mean,
  type ReduceOptions,
  sum,
  sumTo,
  type Tensor,
  tensor,
  tidy,
} from '../index.js';
import { expectOp, toTensor } from '../testing/expect-op.js';
import { fromValues, type Grid, grid, sample } from '../testing/grid.js';
import { messageOf } from '../testing/message-of.js';
import { onDevice } from '../testing/on-device.js';

onDevice();

type Reduce = (x: Tensor, options?: ReduceOptions) => Tensor;

/** The numbers that are reduced to each entry of the result. */
const reduced = (x: Grid, { axis, keepDims }: ReduceOptions, f: (numbers: number[]) => number): Grid => {
  const rank = x.shape.length;
  const axes = (axis === undefined ? x.shape.map((_, i) => i) : [axis].flat()).map(a => (a < 0 ? a + rank : a));
  const keptShape = x.shape.map((n, i) => (axes.includes(i) ? 1 : n));
  const groups = grid(keptShape, () => 0);
  const numbers = [...groups.values].map((): number[] => []);
  grid(x.shape, (...index) => {
    const group = keptShape.reduce((flat, n, i) => flat * n + (n === 1 ? 0 : index[i]!), 0);
    return numbers[group]!.push(x.at(...index));
  });
  const shape = keepDims ? keptShape : x.shape.filter((_, i) => !axes.includes(i));
  return fromValues(shape, Float64Array.from(numbers, f));
};

const add = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);

const reductions: Record<string, [Reduce, (numbers: number[]) => number]> = {
  sum: [sum, add],
  mean: [mean, numbers => add(numbers) / numbers.length],
  max: [max, numbers => Math.max(...numbers)],
};

for (const [name, [ours, reference]] of Object.entries(reductions)) {
  test(`${name} over any axes, counted from either end`, async () => {
    const cases: [number[], ReduceOptions][] = [
      [[2, 3, 5], {}],
      [[2, 3, 5], { axis: 1 }],
      [[2, 3, 5], { axis: -1, keepDims: true }],
      [[2, 3, 5], { axis: [-1, 0] }],
      [[2, 3, 5, 2], { axis: [0, 2], keepDims: true }],
      [[2, 1, 3, 2, 5], { axis: [1, -2] }],
      [[2, 3], { axis: [] }],
      [[7], { axis: 0 }],
    ];
    for (const [i, [shape, options]] of cases.entries())
      await expectOp({
        inputs: { x: i % 2 ? sample(shape, 11, -9, -5) : sample(shape, 11, -3, 3) },
        run: ({ x }) => ours(x, options),
        reference: ({ x }) => reduced(x, options, reference),
      });
  });
}

test('sumTo undoes a broadcast', async () => {
  for (const [from, to] of [
    [
      [2, 3, 5],
      [3, 1],
    ],
    [[2, 3, 5], [5]],
    [[2, 3, 5], []],
    [
      [2, 3],
      [2, 3],
    ],
    [
      [1, 3],
      [1, 1],
    ],
  ] as const) {
    const lead = from.length - to.length;
    const axis = from.flatMap((_, i) => (i < lead || to[i - lead] === 1 ? [i] : []));
    await expectOp({
      inputs: { x: sample(from) },
      run: ({ x }) => tidy(() => clone(sumTo(x, to))),
      reference: ({ x }) => fromValues(to, reduced(x, { axis }, add).values),
    });
  }
});

test('every entry that is the largest gets the gradient of max', async () => {
  const x = tensor([3, 1, 3, 2, 2, 0], [2, 3]);
  const output = gradients(() => sum(max(x, { axis: 1 })), x);
  expect([...(await output.gradients!.data())]).toEqual([1, 0, 1, 1, 1, 0]);
  dispose([x, output]);
});

test('argMax gives the index of the largest entry of each row, the lowest at a tie', async () => {
  const rows = tensor([1, 7, 7, -2, -5, -1, -1, -9, 0, 0, 0, 0], [3, 4]);
  const line = toTensor(fromValues([3], Float64Array.of(-6, -4, -5)));
  const long = new Float32Array(50257).fill(-1);
  long[777] = long[12345] = long[50000] = 5;
  const vocab = tensor(long, [1, 1, 50257]);
  const results = [argMax(rows), argMax(line), argMax(vocab)];
  expect(results.map(({ shape, dtype }) => [shape, dtype])).toEqual([
    [[3], 'int32'],
    [[], 'int32'],
    [[1, 1], 'int32'],
  ]);
  const indices = await Promise.all(results.map(async result => [...(await result.data())]));
  expect(indices).toEqual([[1, 1, 0], [1], [777]]);
  dispose([rows, line, vocab, results]);
});

test('axes that do not exist are named', () => {
  tidy(() => {
    const x = tensor([1, 2, 3, 4, 5, 6], [2, 3]);
    expect(messageOf(() => sum(x, { axis: 2 }))).toBe('sum: axes [2] of [2, 3] do not each name one axis');
    expect(messageOf(() => max(x, { axis: [1, -1] }))).toBe('max: axes [1, -1] of [2, 3] do not each name one axis');
    expect(messageOf(() => mean(x, { axis: 0.5 }))).toBe('mean: axes [0.5] of [2, 3] do not each name one axis');
    expect(messageOf(() => sumTo(x, [2, 1, 3]))).toBe('sumTo: [2, 1, 3] does not broadcast to [2, 3]');
    expect(messageOf(() => sumTo(x, [2]))).toBe('sumTo: [2] does not broadcast to [2, 3]');
    expect(messageOf(() => argMax(tensor([], [2, 0])))).toBe('argMax: [2, 0] has no largest entry');
  });
});

test('an empty sum is 0; an empty mean or maximum throws', async () => {
  const [floats, ids] = [tensor([], [2, 0, 3]), tensor([], [0], 'int32')];
  const sums = [sum(floats, { axis: 1 }), sum(floats, { axis: [0, 1], keepDims: true }), sum(ids)];
  expect(sums.map(({ shape, dtype }) => [shape, dtype])).toEqual([
    [[2, 3], 'float32'],
    [[1, 1, 3], 'float32'],
    [[], 'int32'],
  ]);
  for (const each of sums) expect(new Set(await each.data())).toEqual(new Set([0]));
  expect(messageOf(() => mean(floats, { axis: 1 }))).toBe('mean: [2, 0, 3] has no entries along axes [1]');
  expect(messageOf(() => max(floats))).toBe('max: [2, 0, 3] has no largest entry along axes [0, 1, 2]');
  dispose([floats, ids, sums]);
});

test('whole numbers sum to a whole number', async () => {
  const x = tensor([1, 2, 3, -4, 5, 6], [2, 3], 'int32');
  const result = sum(x, { axis: 1 });
  expect([result.dtype, [...(await result.data())]]).toEqual(['int32', [6, 7]]);
  dispose([x, result]);
});
