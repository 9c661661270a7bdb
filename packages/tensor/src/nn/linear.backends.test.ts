import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import { dense, dispose, gradients, linear, type Matrix, tidy, zeros } from '../index.js';
import { expectOp, toTensor } from '../testing/expect-op.js';
import { type Grid, grid, sample, sumOver } from '../testing/grid.js';
import { messageOf } from '../testing/message-of.js';
import { onDevice } from '../testing/on-device.js';

onDevice();

/** x weightᵀ + bias. */
const linearOf = (x: Grid, weight: Grid, bias?: Grid): Grid => {
  const [out, width] = weight.shape as [number, number];
  return grid([...x.shape.slice(0, -1), out], (...index) => {
    const [row, o] = [index.slice(0, -1), index.at(-1)!];
    return sumOver(width, i => x.at(...row, i) * weight.at(o, i)) + (bias?.at(o) ?? 0);
  });
};

test('rows of any number of axes, with and without bias', async () => {
  for (const shape of [[5], [1, 5], [3, 5], [2, 3, 5], [2, 1, 3, 5], [2, 1, 3, 2, 5]]) {
    const [x, weight, bias] = [sample(shape, 3), sample([7, 5], 5), sample([7], 7)];
    await expectOp({
      inputs: { x, weight, bias },
      run: t => linear(t.x, t.weight, t.bias),
      reference: g => linearOf(g.x, g.weight, g.bias),
    });
    await expectOp({
      inputs: { x, weight },
      run: t => linear(t.x, t.weight),
      reference: g => linearOf(g.x, g.weight),
    });
  }
});

test('a wide head over a narrow model: [2, 16, 24] to a vocabulary of 2052', async () => {
  const [x, weight, dy] = [sample([2, 16, 24], 3), sample([2052, 24], 5), sample([2, 16, 2052], 7)];
  const inputs = { x: toTensor(x), weight: toTensor(weight) };
  const upstream = toTensor(dy);
  const result = gradients(() => linear(inputs.x, inputs.weight), inputs, upstream);
  await expectClose(result.value, linearOf(x, weight), { absolute: 1e-5 });
  const backward = grid([2, 16, 24], (b, t, i) => sumOver(2052, o => dy.at(b!, t!, o) * weight.at(o, i!)));
  await expectClose(result.gradients.x!, backward, { absolute: 2e-4 });
  const outer = grid([2052, 24], (o, i) => sumOver(2, b => sumOver(16, t => dy.at(b, t, o!) * x.at(b, t, i!))));
  await expectClose(result.gradients.weight!, outer, { absolute: 5e-5 });
  dispose([inputs, upstream, result]);
});

test('a weight that is used, changed and used again gives new numbers', async () => {
  const x = toTensor(sample([1, 8], 3));
  for (const seed of [5, 6, 7]) {
    const weight = sample([4, 8], seed);
    const w = toTensor(weight);
    const y = linear(x, w);
    await expectClose(y, linearOf(sample([1, 8], 3), weight), { absolute: 1e-5 });
    dispose([w, y]);
  }
  x.dispose();
});

test('what does not fit throws with both sides', () => {
  tidy(() => {
    const [x, weight] = [zeros([2, 3, 5]), zeros([7, 4])];
    const fit = 'do not fit; weight is [out, in], x [..., in]';
    expect(messageOf(() => linear(x, weight))).toBe(`linear: x [2, 3, 5], weight [7, 4] ${fit}`);
    expect(messageOf(() => linear(x, zeros([7, 5]), zeros([5])))).toBe(
      `linear: x [2, 3, 5], weight [7, 5] and bias [5] ${fit}`,
    );
    const packed: Matrix = { shape: [7, 5], dtype: 'float32', dispose: () => {} };
    expect(messageOf(() => linear(x, packed))).toBe(
      'dense: the matrix is of a form that this version of @residual/tensor does not know',
    );
    expect(dense(weight)).toBe(weight);
  });
});
