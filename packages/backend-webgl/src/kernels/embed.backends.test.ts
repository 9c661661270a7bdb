import { embed } from '@residual/tensor';
import { test } from 'vitest';
import { expectKernelMatches, int32, kernelTests, normal } from '../testing/expect-kernel.js';

kernelTests('embed', () => {
  for (const [rows, dim] of [
    [1, 1],
    [7, 5],
    [10, 8],
    [33, 3],
  ] as const)
    test(`a table [${rows}, ${dim}] gives the rows of the composition`, async () => {
      for (const shape of rows === 7 ? [[], [1], [1, 1], [5], [2, 3], [2, 2, 3]] : [[1], [2, 2, 3]]) {
        const size = shape.reduce((product, n) => product * n, 1);
        const weight = normal([rows, dim]);
        const ids = int32(
          Array.from({ length: size }, (_, i) => (i * 5 + 2) % rows),
          shape,
        );
        await expectKernelMatches(() => embed(weight, ids), [weight, ids], [weight]);
      }
    });
});
