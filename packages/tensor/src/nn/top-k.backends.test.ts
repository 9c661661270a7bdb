import { expectClose, expectNoLeak } from '@residual/testkit';
import { expect, test } from 'vitest';
import { capture, dispose, requireBackend, type Tensor, takeAlong, tensor, tidy, topK, topKIndices } from '../index.js';
import { expectOp, toTensor } from '../testing/expect-op.js';
import { type Grid, grid, integerGrid, sample } from '../testing/grid.js';
import { messageOf } from '../testing/message-of.js';
import { onDevice } from '../testing/on-device.js';

onDevice();

const [rows, length, k] = [5, 13, 3];

/** The indices of a row of x [rows, length] in decreasing order of its entries, the lower index first at a tie. */
const order = (x: Grid, row: number) =>
  Array.from({ length }, (_, i) => i).sort((a, b) => x.at(row, b) - x.at(row, a) || a - b);

const expectIndices = async (indices: Tensor, expected: readonly (readonly number[])[]) => {
  expect(indices.dtype).toBe('int32');
  expect(indices.shape).toEqual([expected.length, expected[0]!.length]);
  expect([...(await indices.data())]).toEqual(expected.flat());
};

test('the k largest entries of each row are those of the sorted row; the gradient goes to them', async () => {
  const x = sample([rows, length], 5, -2, 2);
  const orders = Array.from({ length: rows }, (_, row) => order(x, row));
  await expectOp({
    inputs: { x },
    run: ({ x }) => tidy(() => topK(x, k).values),
    reference: ({ x }) => grid([rows, k], (row, i) => x.at(row!, orders[row!]![i!]!)),
  });
});

test('at a tie the lower index is first, also with k of the whole row', () =>
  expectNoLeak(async () => {
    const ties = integerGrid([rows, length], 3, -2, 3); // 5 different numbers
    const x = toTensor(ties);
    for (const count of [k, length]) {
      const indices = topKIndices(x, count);
      await expectIndices(
        indices,
        Array.from({ length: rows }, (_, row) => order(ties, row).slice(0, count)),
      );
      indices.dispose();
    }
    x.dispose();
  }));

test('a captured step chooses anew in each replay', () =>
  expectNoLeak(async () => {
    const [x, other] = [toTensor(sample([rows, length], 5)), sample([rows, length], 6)];
    const { outputs, graph } = capture(x => Object.values(topK(x!, k)), [x]);
    const y = toTensor(other);
    const [values, indices] = graph.replay([y]) as [Tensor, Tensor];
    const expected = Array.from({ length: rows }, (_, row) => order(other, row).slice(0, k));
    await expectIndices(indices, expected);
    await expectClose(
      values,
      expected.map((indices, row) => indices.map(i => other.at(row, i))),
      { absolute: 1e-6 },
    );
    dispose([x, y, outputs, values, indices]);
    graph.dispose();
  }));

test('takeAlong reads entries of each row in any order and more than once; its gradient adds them up', async () => {
  const indices = integerGrid([2, 3, 4], 3, 0, 5);
  await expectOp({
    inputs: { x: sample([2, 3, 5], 3) },
    run: ({ x }) => tidy(() => takeAlong(x, toTensor(indices, 'int32'))),
    reference: ({ x }) => grid([2, 3, 4], (a, b, i) => x.at(a!, b!, indices.at(a!, b!, i!))),
  });
});

test('what does not fit throws with both sides', () =>
  expectNoLeak(() => {
    const x = toTensor(sample([2, 5], 3));
    expect(messageOf(() => topK(x, 6))).toBe('topK: k is 6; it must be 1 .. 5, for x is [2, 5]');
    expect(messageOf(() => topK(x, 1.5))).toBe('topK: k is 1.5; it must be 1 .. 5, for x is [2, 5]');
    const [indices, floats, outside] = [
      tensor([1, 2, 3], [3, 1], 'int32'),
      tensor([1, 2], [2, 1]),
      tensor([1, 5], [2, 1], 'int32'),
    ];
    expect(messageOf(() => takeAlong(x, indices))).toBe(
      'takeAlong: indices [3, 1] do not fit x [2, 5]; they are [..., k]',
    );
    expect(messageOf(() => takeAlong(x, floats))).toBe('takeAlong: indices must be int32, not float32');
    if (['cpu', 'wasm'].includes(requireBackend()))
      expect(messageOf(() => takeAlong(x, outside))).toBe('takeAlong: index 5 is outside the 5 entries of a row');
    dispose([x, indices, floats, outside]);
  }));
