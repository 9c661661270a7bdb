import { expect, test } from 'vitest';
import { concat, dispose, range, reshape, slice, sliceAxis, split, tensor, tidy, transpose } from '../index.js';
import { expectOp } from '../testing/expect-op.js';
import { fromValues, grid, sample } from '../testing/grid.js';
import { messageOf } from '../testing/message-of.js';
import { onDevice } from '../testing/on-device.js';

onDevice();

test('reshape keeps the order of the numbers, and finds one length', async () => {
  for (const [from, asked, to] of [
    [
      [2, 3, 5],
      [5, 6],
      [5, 6],
    ],
    [
      [2, 3, 5],
      [3, -1],
      [3, 10],
    ],
    [[2, 3, 5], [-1], [30]],
    [[1, 1], [], []],
    [[], [1, 1, 1], [1, 1, 1]],
    [
      [2, 3, 1, 2, 1, 2],
      [4, 6],
      [4, 6],
    ],
  ])
    await expectOp({
      inputs: { x: sample(from!) },
      run: ({ x }) => reshape(x, asked!),
      reference: ({ x }) => fromValues(to!, x.values),
    });
});

test('transpose puts the axes in another order', async () => {
  for (const [shape, order] of [
    [
      [2, 3],
      [1, 0],
    ],
    [
      [2, 3, 5],
      [2, 0, 1],
    ],
    [
      [2, 3, 5],
      [0, 1, 2],
    ],
    [
      [2, 3, 5, 2],
      [0, 2, 1, 3],
    ],
    [
      [2, 3, 1, 5, 2],
      [4, 1, 3, 0, 2],
    ],
    [
      [2, 1, 3, 2, 1, 2],
      [5, 3, 0, 1, 4, 2],
    ],
  ] as [number[], number[]][])
    await expectOp({
      inputs: { x: sample(shape) },
      run: ({ x }) => transpose(x, order),
      reference: ({ x }) =>
        grid(
          order.map(axis => shape[axis]!),
          (...index) => x.at(...shape.map((_, axis) => index[order.indexOf(axis)]!)),
        ),
    });
});

test('slice takes a part, up to 6 axes, and its gradient is padded with zeros', async () => {
  for (const [shape, begin, size] of [
    [[7], [2], [3]],
    [
      [3, 5],
      [1, 0],
      [2, 5],
    ],
    [
      [2, 3, 5],
      [0, 1, 2],
      [2, 1, 2],
    ],
    [
      [2, 3, 2, 5],
      [1, 0, 0, 4],
      [1, 3, 2, 1],
    ],
    [
      [2, 3, 1, 2, 5],
      [0, 2, 0, 1, 1],
      [2, 1, 1, 1, 3],
    ],
    [
      [2, 3, 1, 2, 1, 3],
      [0, 1, 0, 0, 0, 1],
      [1, 2, 1, 2, 1, 2],
    ],
  ] as [number[], number[], number[]][])
    await expectOp({
      inputs: { x: sample(shape) },
      run: ({ x }) => slice(x, begin, size),
      reference: ({ x }) => grid(size, (...index) => x.at(...index.map((i, axis) => i + begin[axis]!))),
    });
});

test('sliceAxis and split cut one axis', async () => {
  await expectOp({
    inputs: { x: sample([2, 5, 3]) },
    run: ({ x }) => sliceAxis(x, -2, 1, 3),
    reference: ({ x }) => grid([2, 3, 3], (i, j, k) => x.at(i!, j! + 1, k!)),
  });
  for (const part of [0, 1, 2])
    await expectOp({
      inputs: { x: sample([2, 3, 6]) },
      run: ({ x }) => tidy(() => split(x, 3)[part]!),
      reference: ({ x }) => grid([2, 3, 2], (i, j, k) => x.at(i!, j!, 2 * part + k!)),
    });
  await expectOp({
    inputs: { x: sample([4, 3]) },
    run: ({ x }) => tidy(() => split(x, 2, 0)[1]!),
    reference: ({ x }) => grid([2, 3], (i, j) => x.at(i! + 2, j!)),
  });
});

test('concat joins parts of different lengths along any axis', async () => {
  for (const axis of [0, 1, 2, -1, -3]) {
    const at = axis < 0 ? axis + 3 : axis;
    const shapes = [1, 3, 2].map(length => [2, 3, 5].map((n, i) => (i === at ? length : n)));
    await expectOp({
      inputs: { a: sample(shapes[0]!, 3), b: sample(shapes[1]!, 5), c: sample(shapes[2]!, 7) },
      run: ({ a, b, c }) => concat([a, b, c], axis),
      reference: ({ a, b, c }) =>
        grid(
          [2, 3, 5].map((n, i) => (i === at ? 6 : n)),
          (...index) => {
            const [part, start] = index[at]! < 1 ? [a, 0] : index[at]! < 4 ? [b, 1] : [c, 4];
            return part.at(...index.map((i, place) => (place === at ? i - start : i)));
          },
        ),
    });
  }
});

test('concat takes one part, many parts, whole numbers, a part twice, and up to 6 axes', async () => {
  const x = sample([2, 3], 3);
  await expectOp({ inputs: { x }, run: t => concat([t.x], 0), reference: g => g.x });
  await expectOp({
    inputs: { x },
    run: t => concat(new Array(19).fill(t.x), 0),
    reference: g => grid([38, 3], (i, j) => g.x.at(i! % 2, j!)),
  });
  await expectOp({
    inputs: { x: sample([2, 1, 3, 2, 1, 2], 5) },
    run: t => concat([t.x, t.x], 3),
    reference: g => grid([2, 1, 3, 4, 1, 2], (a, b, c, d, e, f) => g.x.at(a!, b!, c!, d! % 2, e!, f!)),
  });
  const [ids, more] = [range(3), range(2)];
  const both = concat([ids, more], 0);
  expect([both.dtype, [...(await both.data())]]).toEqual(['int32', [0, 1, 2, 0, 1]]);
  dispose([ids, more, both]);
});

test('what does not fit throws with both sides', () => {
  tidy(() => {
    const x = tensor([1, 2, 3, 4, 5, 6], [2, 3]);
    const y = tensor([1, 2], [2]);
    expect(messageOf(() => reshape(x, [4, -1]))).toBe('reshape: [2, 3] holds 6 numbers and does not fit [4, -1]');
    expect(messageOf(() => reshape(x, [5]))).toBe('reshape: [2, 3] holds 6 numbers and does not fit [5]');
    expect(messageOf(() => reshape(x, [-2, -3]))).toBe('reshape: [2, 3] holds 6 numbers and does not fit [-2, -3]');
    expect(messageOf(() => transpose(x, [0, 0]))).toBe(
      'transpose: order [0, 0] does not name each axis of [2, 3] once',
    );
    expect(messageOf(() => slice(x, [0, 1], [2, 3]))).toBe('slice: begin [0, 1] and size [2, 3] do not fit [2, 3]');
    expect(messageOf(() => slice(x, [0, -1], [2, 1]))).toBe('slice: begin [0, -1] and size [2, 1] do not fit [2, 3]');
    expect(messageOf(() => sliceAxis(x, 2, 0, 1))).toBe('sliceAxis: [2, 3] has no axis 2');
    expect(messageOf(() => split(x, 2))).toBe('split: axis -1 of [2, 3] does not split into 2 equal parts');
    expect(messageOf(() => split(x, 0))).toBe('split: axis -1 of [2, 3] does not split into 0 equal parts');
    expect(messageOf(() => concat([], 0))).toBe('concat: there are no tensors');
    expect(messageOf(() => concat([x, y], 0))).toBe('concat: [2, 3] and [2] differ in more than axis 0');
    expect(messageOf(() => concat([x, tensor([1, 2], [1, 2])], 0))).toBe(
      'concat: [2, 3] and [1, 2] differ in more than axis 0',
    );
    expect(messageOf(() => concat([y, range(2)], 0))).toBe('concat: float32 and int32 do not mix; convert one');
    expect(messageOf(() => concat([y], 1))).toBe('concat: [2] has no axis 1');
  });
});
