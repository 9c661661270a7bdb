import { layerNorm, rmsNorm } from '@residual/tensor';
import { test } from 'vitest';
import { expectKernelMatches, kernelTests, normal } from '../testing/expect-kernel.js';

const lastAxes = [1, 2, 3, 8, 31, 257];

kernelTests('layerNorm', () => {
  for (const dim of lastAxes)
    test(`rows of ${dim} are normalized as by the composition`, async () => {
      for (const lead of [[5], [2, 1, 3]]) {
        const [x, weight, bias] = [normal([...lead, dim], 2, 1), normal([dim]), normal([dim])];
        await expectKernelMatches(
          () => layerNorm(x, weight, bias, 1e-5),
          [x, weight, bias],
          dim > 1 && lead.length > 1 ? [x, weight, bias] : [],
        );
      }
    });

  test('numbers far from 0 and large numbers keep their precision', async () => {
    for (const [scale, shift] of [
      [1, 100],
      [1, 1e4],
      [3000, 0],
      [1e-3, 0],
    ] as const) {
      const [x, weight] = [normal([3, 50], scale, shift), normal([50])];
      await expectKernelMatches(() => layerNorm(x, weight, undefined, 1e-6), [x, weight], [], 5e-5);
    }
  });
});

kernelTests('rmsNorm', () => {
  for (const dim of lastAxes)
    test(`rows of ${dim} are normalized as by the composition`, async () => {
      for (const lead of [[1], [2, 3]]) {
        const [x, weight] = [normal([...lead, dim], 2), normal([dim])];
        await expectKernelMatches(() => rmsNorm(x, weight, 1e-6), [x, weight], lead.length > 1 ? [x, weight] : []);
      }
    });

  test('rows are normalized without a weight', async () => {
    const x = normal([3, 5, 7]);
    await expectKernelMatches(() => rmsNorm(x, undefined, 1e-6), [x], [x]);
  });
});
