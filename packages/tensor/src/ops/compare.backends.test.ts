import { expect, test } from 'vitest';
import {
  clone,
  dispose,
  equal,
  gradients,
  greater,
  greaterEqual,
  less,
  lessEqual,
  linear,
  logicalAnd,
  memoryUsage,
  mul,
  notEqual,
  sum,
  type Tensor,
  tensor,
  tidy,
  toFloat,
  toInt,
} from '../index.js';
import { messageOf } from '../testing/message-of.js';
import { onDevice } from '../testing/on-device.js';

onDevice();

type Compare = (a: Tensor, b: Tensor | number) => Tensor;

const comparisons: Record<string, [Compare, (a: number, b: number) => boolean]> = {
  greater: [greater, (a, b) => a > b],
  greaterEqual: [greaterEqual, (a, b) => a >= b],
  less: [less, (a, b) => a < b],
  lessEqual: [lessEqual, (a, b) => a <= b],
  equal: [equal, (a, b) => a === b],
  notEqual: [notEqual, (a, b) => a !== b],
};

const numbers = async (x: Tensor) => [...(await x.data())];

for (const [name, [ours, reference]] of Object.entries(comparisons)) {
  test(`${name} compares floats, whole numbers and shapes that broadcast`, async () => {
    for (const dtype of ['float32', 'int32'] as const) {
      const [x, y] = [
        [-2, 0, 2, 300, -300, 3],
        [0, 2, 300],
      ];
      const [a, b] = [tensor(x, [2, 3], dtype), tensor(y, [3], dtype)];
      const [both, one] = [ours(a, b), ours(a, 2)];
      expect([both.dtype, both.shape]).toEqual(['bool', [2, 3]]);
      expect(await numbers(both)).toEqual(x.map((value, i) => Number(reference(value, y[i % 3]!))));
      expect(await numbers(one)).toEqual(x.map(value => Number(reference(value, 2))));
      dispose([a, b, both, one]);
    }
  });
}

test('logicalAnd is true where both are', async () => {
  const [a, b] = [tensor([1, 1, 0, 0], [2, 2], 'bool'), tensor([1, 0], [1, 2], 'bool')];
  const both = logicalAnd(a, b);
  expect(await numbers(both)).toEqual([1, 0, 0, 0]);
  expect(both.dtype).toBe('bool');
  const [float, ids] = [tensor([1], [1]), tensor([1], [1], 'int32')];
  expect(messageOf(() => logicalAnd(float, ids))).toBe(
    'logicalAnd: float32 and int32 are not both bool; compare first',
  );
  expect(messageOf(() => greater(a, b))).toBe('greater: bool does not fit; convert with toFloat or toInt');
  expect(messageOf(() => equal(ids, 0.5))).toBe(
    'equal: 0.5 is not a whole number and x is int32; convert x with toFloat',
  );
  dispose([a, b, both, float, ids]);
});

test('conversions: true is 1, numbers lose their fraction towards zero, the same type is another handle', async () => {
  const [float, ids, flags] = [
    tensor([1.75, -1.75, 0.5, -0.5, 256], [5]),
    tensor([-3, 0, 256], [3], 'int32'),
    tensor([1, 0], [2], 'bool'),
  ];
  const before = memoryUsage();
  const results: [Tensor, string, number[]][] = [
    [toInt(float), 'int32', [1, -1, 0, 0, 256]],
    [toInt(flags), 'int32', [1, 0]],
    [toFloat(ids), 'float32', [-3, 0, 256]],
    [toFloat(flags), 'float32', [1, 0]],
    [toInt(ids), 'int32', [-3, 0, 256]],
    [toFloat(float), 'float32', [1.75, -1.75, 0.5, -0.5, 256]],
    [clone(float), 'float32', [1.75, -1.75, 0.5, -0.5, 256]],
  ];
  for (const [result, dtype, values] of results) {
    expect(result.dtype).toBe(dtype);
    expect((await numbers(result)).map(n => n + 0)).toEqual(values);
    result.dispose();
  }
  expect(memoryUsage()).toEqual(before);
  const other = clone(float);
  expect(other.dataId).toBe(float.dataId); // not a copy
  other.dispose();
  expect(await numbers(float)).toHaveLength(5); // still there
  dispose([float, ids, flags]);
});

test('integers and booleans made floats are floats to every kernel', async () => {
  for (const dtype of ['int32', 'bool'] as const) {
    const x = tidy(() => toFloat(tensor([1, 0, 1, 1], [2, 2], dtype)));
    const y = linear(x, x);
    expect([...(await y.data())]).toEqual([1, 1, 1, 2]);
    dispose([x, y]);
  }
});

test('comparisons and conversions pass no gradient, and do not disturb other gradients', async () => {
  const x = tensor([-1, 2, 3], [3]);
  const output = gradients(() => sum(mul(x, toFloat(greater(x, 0)))), x);
  expect(await numbers(output.gradients as Tensor)).toEqual([0, 1, 1]);
  const none = gradients(() => tidy(() => sum(toFloat(toInt(x)))), x);
  expect(none.gradients).toBeUndefined();
  expect(await numbers(none.value)).toEqual([4]);
  dispose([x, output, none]);
});
