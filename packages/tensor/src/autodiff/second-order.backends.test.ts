import { test } from 'vitest';
import { attend, gelu, layerNorm, linear, logSoftmax, matMul, rmsNorm, silu, softmax, tanh, tidy } from '../index.js';
import { expectSecondOrder } from '../testing/expect-second-order.js';
import { type Grid, grid, sample, sumOver } from '../testing/grid.js';
import { onDevice } from '../testing/on-device.js';
import { referenceAttention } from '../testing/reference-attention.js';

onDevice();

const eachRow = (x: Grid, f: (row: number[], i: number) => number): Grid => {
  const [rows, width] = x.shape as [number, number];
  return grid([rows, width], (r, i) =>
    f(
      Array.from({ length: width }, (_, j) => x.at(r!, j)),
      i!,
    ),
  );
};

const mean = (row: number[], f: (x: number) => number) => row.reduce((sum, x) => sum + f(x), 0) / row.length;

test('norms have gradients of gradients', async () => {
  const [x, weight] = [sample([2, 5], 3, -2, 2), sample([5], 5)];
  await expectSecondOrder({
    inputs: { x, weight },
    run: t => layerNorm(t.x, t.weight, undefined, 0.1),
    reference: g =>
      eachRow(g.x, (row, i) => {
        const center = mean(row, y => y);
        return ((row[i]! - center) / Math.sqrt(mean(row, y => (y - center) ** 2) + 0.1)) * g.weight.at(i);
      }),
  });
  await expectSecondOrder({
    inputs: { x, weight },
    run: t => rmsNorm(t.x, t.weight, 0.1),
    reference: g => eachRow(g.x, (row, i) => (row[i]! / Math.sqrt(mean(row, y => y * y) + 0.1)) * g.weight.at(i)),
  });
});

test('softmax and its logarithm have gradients of gradients', async () => {
  const x = sample([2, 5], 3, -2, 2);
  const share = (row: number[], i: number) => Math.exp(row[i]!) / sumOver(row.length, j => Math.exp(row[j]!));
  await expectSecondOrder({ inputs: { x }, run: t => softmax(t.x), reference: g => eachRow(g.x, share) });
  await expectSecondOrder({
    inputs: { x },
    run: t => logSoftmax(t.x),
    reference: g => eachRow(g.x, (row, i) => Math.log(share(row, i))),
  });
});

test('products have gradients of gradients', async () => {
  const [x, weight] = [sample([2, 3], 3), sample([5, 3], 5)];
  const product = (g: { x: Grid; weight: Grid }) =>
    grid([2, 5], (r, o) => Math.tanh(sumOver(3, i => g.x.at(r!, i) * g.weight.at(o!, i))));
  for (const ours of [linear, (a: never, b: never) => matMul(a, b, { transposeB: true })] as (typeof linear)[])
    await expectSecondOrder({
      inputs: { x, weight },
      run: t => tidy(() => tanh(ours(t.x, t.weight))),
      reference: product,
    });
});

test('activations have gradients of gradients', async () => {
  const x = sample([2, 5], 3, -3, 3);
  await expectSecondOrder({
    inputs: { x },
    run: t => gelu(t.x, { approximate: true }),
    reference: g =>
      eachRow(g.x, (row, i) => {
        const y = row[i]!;
        return (y * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (y + 0.044715 * y ** 3)))) / 2;
      }),
  });
  await expectSecondOrder({
    inputs: { x },
    run: t => silu(t.x),
    reference: g => eachRow(g.x, (row, i) => row[i]! / (1 + Math.exp(-row[i]!))),
  });
});

test('attention has gradients of gradients', () =>
  expectSecondOrder({
    inputs: {
      query: sample([1, 2, 3, 2], 3),
      key: sample([1, 1, 3, 2], 5),
      value: sample([1, 1, 3, 2], 7),
      bias: sample([1, 2, 1, 3], 11),
    },
    run: t => attend(t, { causal: true, softCap: 2 }),
    reference: g => referenceAttention({ ...g, causal: true, softCap: 2 }),
  }));
