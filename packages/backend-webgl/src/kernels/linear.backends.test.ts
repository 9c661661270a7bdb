import { linear } from '@residual/tensor';
import { test } from 'vitest';
import { expectKernelMatches, kernelTests, normal } from '../testing/expect-kernel.js';

kernelTests('linear', () => {
  const sizes = [
    [[1], 1, 1],
    [[1], 2, 3],
    [[1, 1], 7, 5],
    [[1, 1], 64, 33],
    [[2, 1], 30, 31],
    [[3], 9, 8],
    [[2, 3], 12, 7],
    [[5, 1, 2], 17, 4],
    [[8], 16, 24],
    [[9], 40, 20],
    [[4, 16], 33, 35],
    [[1], 1030, 6],
    [[1], 2000, 150],
    [[1], 3, 9000],
    [[1], 20001, 3],
    [[3], 20000, 2],
    [[130], 260, 70],
    [[], 5, 3],
  ] as const;
  for (const [lead, width, out] of sizes)
    for (const withBias of [false, true])
      test(`x [${[...lead, width]}] gives the composition's [${out}]${withBias ? ' with a bias' : ''}`, async () => {
        const [x, weight] = [normal([...lead, width]), normal([out, width], width ** -0.5)];
        const bias = withBias ? normal([out]) : undefined;
        const differentiable = lead.length > 0 ? [x, weight, ...(bias ? [bias] : [])] : [];
        await expectKernelMatches(() => linear(x, weight, bias), [x, weight, bias], width > 1000 ? [] : differentiable);
      });
});
