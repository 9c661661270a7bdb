import { crossEntropy } from '@residual/tensor';
import { test } from 'vitest';
import { agree, kernelTests, normal, whole } from '../testing/agree.js';

kernelTests('crossEntropy', () => {
  for (const [rows, vocab] of [
    [1, 2],
    [3, 5],
    [4, 8],
    [2, 1001],
  ] as const)
    test(`logits [${rows}, ${vocab}]`, async () => {
      const logits = normal([rows, vocab], 5);
      const labels = whole(Array.from({ length: rows }, (_, i) => (i === 1 ? -100 : (i * 3 + vocab - 1) % vocab)));
      await agree(() => crossEntropy(logits, labels), [logits, labels], [logits]);
    });
});
