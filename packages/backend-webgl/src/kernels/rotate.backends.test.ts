import { dispose, rotate } from '@residual/tensor';
import { test } from 'vitest';
import { expectKernelMatches, int32, kernelTests, normal } from '../testing/expect-kernel.js';

kernelTests('rotate', () => {
  for (const interleaved of [false, true])
    for (const [headDim, pairs] of [
      [2, 1],
      [8, 4],
      [7, 3],
      [10, 3],
    ] as const)
      test(`${pairs} ${interleaved ? 'interleaved ' : ''}pairs of ${headDim} rotate as composed`, async () => {
        const [cos, sin] = [normal([11, pairs]), normal([11, pairs])];
        for (const [batch, heads, length, idRows] of [
          [1, 5, 1, 1],
          [2, 3, 5, 1],
          [2, 3, 5, 2],
        ] as const) {
          const x = normal([batch, heads, length, headDim]);
          const ids = int32(
            Array.from({ length: idRows * length }, (_, i) => (i * 7 + 3) % 11),
            [idRows, length],
          );
          await expectKernelMatches(
            () => rotate(x, { cos, sin, ids }, { interleaved }),
            [x, ids],
            idRows > 1 ? [x] : [],
          );
        }
        dispose([cos, sin]);
      });
});
