import { expectNoLeak } from '@residual/testkit';
import { expect, test } from 'vitest';
import {
  add,
  clone,
  dispose,
  fill,
  isTensor,
  keep,
  linear,
  memoryUsage,
  ones,
  range,
  scalar,
  type Tensor,
  tensor,
  tidy,
  zeros,
} from '../index.js';
import { messageOf } from '../testing/message-of.js';
import { onDevice } from '../testing/on-device.js';

onDevice();

const numbers = async (x: Tensor) => [...(await x.data())];

test('a tensor has the shape of nested lists, where none is given', async () => {
  const cases: [Tensor, string, number[], number[]][] = [
    [tensor([1]), 'float32', [1], [1]],
    [tensor([]), 'float32', [0], []],
    [tensor(3), 'float32', [], [3]],
    [tensor(Float32Array.of(1, 2)), 'float32', [2], [1, 2]],
    [
      tensor(
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
        undefined,
        'int32',
      ),
      'int32',
      [2, 3],
      [1, 2, 3, 4, 5, 6],
    ],
    [tensor([[[1], [2]]], [2, 1]), 'float32', [2, 1], [1, 2]],
    [tensor([Int32Array.of(1, 2), [3, 4]]), 'float32', [2, 2], [1, 2, 3, 4]],
  ];
  for (const [x, dtype, shape, values] of cases) {
    expect([x.dtype, x.shape]).toEqual([dtype, shape]);
    expect(await numbers(x)).toEqual(values);
  }
  dispose(cases);
  const refusal = (values: unknown, shape?: number[]) => messageOf(() => tensor(values as number[], shape));
  expect(refusal([[1, 2], [3]])).toBe(
    'tensor: there is a list of 1 at [1], where a list of 2 is needed to be like the first',
  );
  expect(refusal([[1, 2], 3])).toBe(
    'tensor: there is a number at [1], where a list of 2 is needed to be like the first',
  );
  expect(refusal([[1], [[2]]])).toBe(
    'tensor: there is a list of 1 at [1, 0], where a number is needed to be like the first',
  );
  expect(refusal([1, [2]])).toBe('tensor: [2] at 1 is not a number');
  expect(refusal(['1'])).toBe('tensor: "1" at 0 is not a number');
  expect(refusal(undefined)).toBe('tensor: undefined at 0 is not a number');
  expect(refusal([[1, 2]], [3])).toBe('tensor: 2 values do not fit [3], which holds 3');
});

test('an op on a tensor that was disposed names it', () => {
  const [x, weight, y] = [ones([2, 3]), ones([5, 3]), ones([2, 3])];
  y.dispose();
  expect(messageOf(() => add(x, y))).toBe('add: b [2, 3] was already disposed');
  weight.dispose();
  expect(messageOf(() => linear(x, weight))).toBe('linear: weight [5, 3] was already disposed');
  x.dispose();
});

test('fill, zeros, ones and range are made with their type and shape', async () => {
  const cases: [Tensor, string, number[], number[]][] = [
    [fill([2, 3], 0.5), 'float32', [2, 3], [0.5, 0.5, 0.5, 0.5, 0.5, 0.5]],
    [fill([], -7, 'int32'), 'int32', [], [-7]],
    [zeros([3]), 'float32', [3], [0, 0, 0]],
    [ones([1, 2], 'int32'), 'int32', [1, 2], [1, 1]],
    [range(5), 'int32', [5], [0, 1, 2, 3, 4]],
    [range(1), 'int32', [1], [0]],
  ];
  for (const [x, dtype, shape, values] of cases) {
    expect([x.dtype, x.shape]).toEqual([dtype, shape]);
    expect(await numbers(x)).toEqual(values);
  }
  dispose(cases);
  expect(messageOf(() => fill([2, -1], 0))).toBe('fill: [2, -1] is not a shape; lengths are whole numbers from 0');
  expect(messageOf(() => fill([2], 0.5, 'int32'))).toBe('fill: 0.5 is not a whole number and the type is int32');
  expect(messageOf(() => range(2.5))).toBe('range: 2.5 is not a length; it is a whole number from 0');
});

test('tensors are made from plain and typed arrays', async () => {
  const floats = new Float32Array([9, 1.5, -2]).subarray(1); // a view that does not begin at its buffer's beginning
  const cases: [Tensor, string, number[]][] = [
    [tensor([1, 2, 3, 4], [2, 2]), 'float32', [1, 2, 3, 4]],
    [tensor(floats, [2]), 'float32', [1.5, -2]],
    [tensor(new Int32Array([7, -8]), [2]), 'float32', [7, -8]],
    [tensor(new Float32Array([7, -8]), [2], 'int32'), 'int32', [7, -8]],
    [tensor([0, 2, 256, -1], [4], 'bool'), 'bool', [0, 1, 1, 1]],
    [scalar(2.5), 'float32', [2.5]],
    [scalar(-3, 'int32'), 'int32', [-3]],
  ];
  for (const [x, dtype, values] of cases) {
    expect(x.dtype).toBe(dtype);
    expect(await numbers(x)).toEqual(values);
  }
  dispose(cases);
  expect(messageOf(() => tensor([1, 2, 3], [2, 2]))).toBe('tensor: 3 values do not fit [2, 2], which holds 4');
  expect(messageOf(() => tensor([1, 2.5], [2], 'int32'))).toBe(
    'tensor: 2.5 at 1 is not a 32-bit integer and the type is int32',
  );
  expect(messageOf(() => scalar(2 ** 31, 'int32'))).toBe(
    'tensor: 2147483648 at 0 is not a 32-bit integer and the type is int32',
  );
});

test('tidy frees what it does not return, keep takes a tensor out of it, dispose walks trees', async () => {
  await expectNoLeak(() => {
    let survivor: Tensor | undefined;
    const tree = tidy(() => {
      survivor = keep(ones([2]));
      zeros([3]);
      return { a: ones([2]), parts: [ones([3]), undefined, null, 5] };
    });
    expect(isTensor(tree.a)).toBe(true);
    expect(survivor!.isDisposed).toBe(false);
    dispose([tree, survivor]);
    expect(survivor!.isDisposed).toBe(true);
  });
  await expectNoLeak(() => {
    expect(() =>
      tidy(() => {
        ones([4]);
        throw new Error('in the middle');
      }),
    ).toThrow('in the middle');
  });
});

test('memory counts tensors, bytes and buffers', () => {
  const before = memoryUsage();
  const x = ones([2, 3]);
  expect(memoryUsage()).toEqual({ tensors: before.tensors + 1, bytes: before.bytes + 24, buffers: before.buffers + 1 });
  const y = clone(x);
  expect(memoryUsage()).toEqual({ tensors: before.tensors + 2, bytes: before.bytes + 48, buffers: before.buffers + 1 });
  dispose([x, y]);
  expect(memoryUsage()).toEqual(before);
});
