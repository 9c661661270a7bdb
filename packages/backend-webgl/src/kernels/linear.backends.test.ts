import { linear } from '@residual/tensor';
import { test } from 'vitest';
import { expectKernelMatches, kernelTests, normal } from '../testing/expect-kernel.js';

kernelTests('linear', () => {
  const [both, without, only] = [[false, true], [false], [true]];
  /** The leading axes of x, in, out, and whether there is a bias. */
  const sizes = [
    [[1], 1, 1, only],
    [[1], 2, 3, both],
    [[1, 1], 7, 5, without],
    [[1, 1], 64, 33, only],
    [[2, 1], 30, 31, without],
    [[3], 9, 8, both],
    [[2, 3], 12, 7, only],
    [[5, 1, 2], 17, 4, only],
    [[8], 16, 24, without],
    [[9], 40, 20, both],
    [[2, 18], 33, 35, without],
    [[1], 1030, 6, only],
    [[1], 2000, 150, without],
    [[1], 3, 9000, only],
    [[1], 20001, 3, without],
    [[3], 20000, 2, only],
    [[66], 68, 70, only],
    [[], 5, 3, both],
  ] as const;
  for (const [lead, width, out, biases] of sizes)
    for (const withBias of biases)
      test(`x [${[...lead, width]}] gives the composition's [${out}]${withBias ? ' with a bias' : ''}`, async () => {
        const [x, weight] = [normal([...lead, width]), normal([out, width], width ** -0.5)];
        const bias = withBias ? normal([out]) : undefined;
        const differentiable = lead.length > 0 ? [x, weight, ...(bias ? [bias] : [])] : [];
        await expectKernelMatches(() => linear(x, weight, bias), [x, weight, bias], width > 1000 ? [] : differentiable);
      });
});
