import { expectClose, expectNoLeak } from '@residual/testkit';
import { expect, test } from 'vitest';
import { dispose, greaterEqual, kthLargest, mul, normalValues, relu, sum, tensor, tidy, toFloat } from '../index.js';
import { expectOp } from '../testing/expect-op.js';
import { fromValues, type Grid, sample } from '../testing/grid.js';
import { messageOf } from '../testing/message-of.js';
import { onDevice } from '../testing/on-device.js';

onDevice();

/** Row i of x [..., length] in decreasing order. */
const sorted = (x: Grid, row: number, length: number) =>
  Array.from(x.values.subarray(row * length, (row + 1) * length)).sort((a, b) => b - a);

test('the k-th largest entry of each row is that of the sorted row', async () => {
  const x = sample([2, 3, 11], 5, -2, 2);
  const reference = (k: number) =>
    fromValues(
      [2, 3, 1],
      Float64Array.from({ length: 6 }, (_, row) => sorted(x, row, 11)[k - 1]!),
    );
  for (const k of [1, 4, 11])
    await expectOp<'x'>({
      inputs: { x },
      run: ({ x }) => kthLargest(x, k),
      reference: () => reference(k),
      gradients: [],
    });
});

test('equal entries are counted one by one', () =>
  expectNoLeak(async () => {
    const x = tensor([
      [5, 5, 3, -1, 0],
      [0, 0, 0, 0, 0],
    ]);
    for (const [k, expected] of [
      [2, [5, 0]],
      [3, [3, 0]],
      [5, [-1, 0]],
    ] as const) {
      const y = kthLargest(x, k);
      await expectClose(y, [...expected], { absolute: 0 });
      y.dispose();
    }
    expect(messageOf(() => kthLargest(x, 6))).toBe('kthLargest: k is 6; it must be 1 .. 5, for x is [2, 5]');
    dispose(x);
  }));

test('it is one of the entries, so that k of them are not below it', () =>
  expectNoLeak(async () => {
    const x = tensor(normalValues(3, 'x', 5 * 17), [5, 17]);
    const counts = tidy(() => sum(toFloat(greaterEqual(x, kthLargest(x, 6))), { axis: 1 }));
    await expectClose(counts, Array(5).fill(6), { absolute: 0 });
    dispose([x, counts]);
  }));

test('a mask of the k largest entries lets their gradient through, and no other', async () => {
  const x = sample([3, 7], 9);
  const kept = (grid: Grid, i: number) => grid.values[i]! >= sorted(x, Math.floor(i / 7), 7)[1]!;
  await expectOp({
    inputs: { x },
    run: ({ x }) => tidy(() => mul(relu(x), toFloat(greaterEqual(x, kthLargest(x, 2))))),
    reference: ({ x: moved }) =>
      fromValues(
        [3, 7],
        moved.values.map((value, i) => (kept(x, i) ? Math.max(value, 0) : 0)),
      ),
  });
});
