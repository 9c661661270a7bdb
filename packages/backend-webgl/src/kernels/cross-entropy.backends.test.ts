import { crossEntropy } from '@residual/tensor';
import { test } from 'vitest';
import { expectKernelMatches, int32, kernelTests, normal } from '../testing/expect-kernel.js';

kernelTests('crossEntropy', () => {
  for (const [rows, vocab] of [
    [1, 2],
    [3, 5],
    [4, 8],
    [2, 1001],
  ] as const)
    test(`logits [${rows}, ${vocab}] give the loss of the composition`, async () => {
      const logits = normal([rows, vocab], 5);
      const labels = int32(Array.from({ length: rows }, (_, i) => (i === 1 ? -100 : (i * 3 + vocab - 1) % vocab)));
      await expectKernelMatches(() => crossEntropy(logits, labels), [logits, labels], [logits]);
    });
});
