import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import { dispose, embed, gather, gradients, range, requireBackend, scatterAdd, tensor, tidy, zeros } from '../index.js';
import { expectOp, toTensor } from '../testing/expect-op.js';
import { grid, integerGrid, sample, sumOver } from '../testing/grid.js';
import { messageOf } from '../testing/message-of.js';
import { onDevice } from '../testing/on-device.js';

onDevice();

test('embed reads rows by id; its gradient adds where an id occurs twice', async () => {
  for (const shape of [[5], [2, 3], [2, 3, 2], [1]]) {
    const ids = integerGrid(shape, 3, 0, 7);
    await expectOp({
      inputs: { weight: sample([7, 5], 5) },
      run: ({ weight }) => tidy(() => embed(weight, toTensor(ids, 'int32'))),
      reference: ({ weight }) =>
        grid([...shape, 5], (...index) => weight.at(ids.at(...index.slice(0, -1)), index.at(-1)!)),
    });
  }
});

test('the last row of a long table is read exactly', async () => {
  const weight = tidy(() => toTensor(grid([50257, 3], (row, i) => row! + i! / 4)));
  const ids = tensor([50256, 0, 40001], [3], 'int32');
  const rows = embed(weight, ids);
  await expectClose(rows, [50256, 50256.25, 50256.5, 0, 0.25, 0.5, 40001, 40001.25, 40001.5], { absolute: 0 });
  const result = gradients(() => embed(weight, ids), weight, rows);
  const data = await result.gradients!.data();
  expect([...data.slice(-3)]).toEqual([50256, 50256.25, 50256.5]);
  expect([...data].reduce((a, b) => a + b, 0)).toBeCloseTo(3 * (50256 + 40001) + 3 * 0.75, 0);
  dispose([weight, ids, rows, result]);
});

test('scatterAdd sums the rows that share an id, leaves the others 0, and passes rows back', async () => {
  const ids = [2, 0, 2, 5, 2];
  await expectOp({
    inputs: { values: sample([5, 3], 3) },
    run: ({ values }) => tidy(() => scatterAdd(values, tensor(ids, [5], 'int32'), 7)),
    reference: ({ values }) => grid([7, 3], (row, i) => sumOver(5, n => (ids[n] === row ? values.at(n, i!) : 0))),
  });
});

test('gather takes entries of any axis, in any order and more than once', async () => {
  const indices = [3, 0, 3, 2];
  for (const axis of [0, 1, 2, 3, -2]) {
    const at = axis < 0 ? axis + 4 : axis;
    const shape = [2, 3, 5, 2].map((n, i) => (i === at ? 4 : n));
    await expectOp({
      inputs: { x: sample(shape, 3) },
      run: ({ x }) => tidy(() => gather(x, tensor(indices, [4], 'int32'), axis)),
      reference: ({ x }) => grid(shape, (...index) => x.at(...index.map((n, i) => (i === at ? indices[n]! : n)))),
    });
  }
});

test('what does not fit throws with both sides', () => {
  tidy(() => {
    const [weight, ids] = [zeros([7, 5]), range(3)];
    expect(messageOf(() => embed(zeros([7]), ids))).toBe('embed: weight [7] is not [rows, dim]');
    expect(messageOf(() => embed(weight, zeros([3])))).toBe('embed: ids must be int32, not float32');
    expect(messageOf(() => scatterAdd(weight, ids, 4))).toBe(
      'scatterAdd: values [7, 5] are [n, dim], ids [3] are not [n]',
    );
    expect(messageOf(() => scatterAdd(weight, zeros([7]), 4))).toBe('scatterAdd: ids must be int32, not float32');
    expect(messageOf(() => gather(weight, ids, 2))).toBe('gather: [7, 5] has no axis 2');
    expect(messageOf(() => gather(weight, zeros([2, 3]), 0))).toBe('gather: indices [2, 3] are not [n]');
    expect(messageOf(() => gather(weight, zeros([3]), 1))).toBe('gather: indices must be int32, not float32');
  });
});

test.runIf(['cpu', 'wasm'].includes(requireBackend()))(
  'an id or index outside a table throws with the size of the table',
  () => {
    tidy(() => {
      const [weight, ids] = [zeros([7, 5]), tensor([3, 7], [2], 'int32')];
      expect(messageOf(() => embed(weight, ids))).toBe('embed: id 7 is outside the vocabulary of 7');
      expect(messageOf(() => gather(weight, ids, -1))).toBe('gather: index 7 is outside the 5 entries of axis 1');
    });
  },
);
