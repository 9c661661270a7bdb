import { expectClose, expectNoLeak } from '@residual/testkit';
import { expect, test } from 'vitest';
import {
  appendToCache,
  attentionValues,
  clone,
  dispose,
  gradients,
  matMul,
  memoryUsage,
  type Tensor,
  tensor,
  tidy,
  zeros,
} from '../index.js';
import { expectOp, toTensor } from '../testing/expect-op.js';
import { type Grid, grid, sample, sumOver } from '../testing/grid.js';
import { messageOf } from '../testing/message-of.js';
import { onDevice } from '../testing/on-device.js';

onDevice();

const appended = (cache: Grid, x: Grid, position: number): Grid =>
  grid(cache.shape, (b, h, t, d) => {
    const row = t! - position;
    return row >= 0 && row < x.shape[2]! ? x.at(b!, h!, row, d!) : cache.at(b!, h!, t!, d!);
  });

const positionOf = (position: number) => tensor([position], [1], 'int32');

test('rows are written at their position, one or several, and the others stay', async () => {
  for (const [length, position] of [
    [1, 0],
    [1, 6],
    [3, 0],
    [3, 2],
    [3, 4],
    [7, 0],
  ] as const)
    await expectNoLeak(async () => {
      const [before, rows] = [sample([2, 3, 7, 5], 3), sample([2, 3, length, 5], 5)];
      const [cache, x, at] = [toTensor(before), toTensor(rows), positionOf(position)];
      const next = appendToCache(cache, x, at);
      await expectClose(next, appended(before, rows, position), { absolute: 0 });
      dispose([next, x, at]);
    });
});

test('rows beyond the capacity are dropped', async () => {
  const [before, rows] = [sample([1, 2, 5, 3], 3), sample([1, 2, 3, 3], 5)];
  for (const position of [3, 4, 5]) {
    const [cache, x, at] = [toTensor(before), toTensor(rows), positionOf(position)];
    const next = appendToCache(cache, x, at);
    await expectClose(next, appended(before, rows, position), { absolute: 0 });
    dispose([next, x, at]);
  }
});

test('a cache grows step by step', async () => {
  let cache = zeros([1, 2, 5, 3]);
  let expected = grid([1, 2, 5, 3], () => 0);
  for (let position = 0; position < 5; position++) {
    const rows = sample([1, 2, 1, 3], position + 3);
    const [x, at] = [toTensor(rows), positionOf(position)];
    cache = appendToCache(cache, x, at);
    expected = appended(expected, rows, position);
    await expectClose(cache, expected, { absolute: 0 });
    dispose([x, at]);
  }
  cache.dispose();
});

test('what was read before a row was written is not read again: products over a growing cache', async () => {
  const values: Grid[] = [];
  let cache = zeros([1, 1, 4, 3]);
  const weights = toTensor(sample([1, 1, 1, 4], 3));
  for (let position = 0; position < 4; position++) {
    values.push(sample([1, 1, 1, 3], position + 3));
    const [x, at] = [toTensor(values[position]!), positionOf(position)];
    cache = appendToCache(cache, x, at);
    const [output, product] = [attentionValues(weights, cache), matMul(cache, cache, { transposeB: true })];
    const row = (t: number, d: number) => values[t]?.at(0, 0, 0, d) ?? 0;
    const expected = grid([1, 1, 1, 3], (_b, _h, _q, d) => sumOver(4, t => sample([4], 3).at(t) * row(t, d!)));
    await expectClose(output, expected, { absolute: 1e-6 });
    const squares = grid([1, 1, 4, 4], (_b, _h, i, j) => sumOver(3, d => row(i!, d) * row(j!, d)));
    await expectClose(product, squares, { absolute: 1e-6 });
    dispose([x, at, output, product]);
  }
  dispose([cache, weights]);
});

test('the old handle is disposed, and another handle on the same data keeps the old rows', async () => {
  const before = sample([1, 2, 5, 3], 3);
  const [cache, x, at] = [toTensor(before), toTensor(sample([1, 2, 1, 3], 5)), positionOf(1)];
  const other = clone(cache);
  const count = memoryUsage().tensors;
  const next = appendToCache(cache, x, at);
  expect(cache.isDisposed).toBe(true);
  expect(memoryUsage().tensors).toBe(count);
  await expectClose(other, before, { absolute: 0 });
  dispose([other, next, x, at]);
});

test('a call that throws leaves the cache unchanged', () => {
  tidy(() => {
    const cache = zeros([1, 2, 5, 3]);
    const fit = 'does not fit the cache [1, 2, 5, 3]; they are [batch, kvHeads, length | capacity, headDim]';
    expect(messageOf(() => appendToCache(cache, zeros([1, 2, 6, 3]), positionOf(0)))).toBe(
      `appendToCache: x [1, 2, 6, 3] ${fit}`,
    );
    expect(messageOf(() => appendToCache(cache, zeros([1, 3, 1, 3]), positionOf(0)))).toBe(
      `appendToCache: x [1, 3, 1, 3] ${fit}`,
    );
    const x = zeros([1, 2, 1, 3]);
    expect(messageOf(() => appendToCache(cache, x, zeros([], 'int32')))).toBe('appendToCache: position [] must be [1]');
    expect(messageOf(() => appendToCache(cache, x, zeros([1])))).toBe(
      'appendToCache: position must be int32, not float32',
    );
    expect(cache.isDisposed).toBe(false);
  });
});

test('gradients flow to the rows that were written and to those that stayed', async () => {
  for (const [length, position] of [
    [1, 3],
    [3, 1],
  ] as const)
    await expectOp({
      inputs: { cache: sample([1, 2, 5, 3], 3), x: sample([1, 2, length, 3], 5) },
      run: ({ cache, x }) => tidy(() => appendToCache(clone(cache), x, positionOf(position))),
      reference: ({ cache, x }) => appended(cache, x, position),
    });
  const [cache, x, at] = [zeros([1, 2, 5, 3]), zeros([1, 2, 1, 3]), positionOf(0)];
  const result = gradients(() => tidy(() => appendToCache(clone(cache), x, at)), { x }, cache);
  await expectClose(result.gradients.x as Tensor, new Float32Array(6), { absolute: 0 });
  dispose([cache, x, at, result]);
});
