import { dispose, dropout, tensor } from '@residual/tensor';
import { expect, test } from 'vitest';
import { expectKernelMatches, kernelTests, normal } from '../testing/expect-kernel.js';

kernelTests('dropout', () => {
  test('the same entries go as in the composition, bit for bit', async () => {
    for (const shape of [[], [1], [7], [3, 5], [2, 3, 5], [2, 1, 31, 33]]) {
      for (const rate of [0.1, 0.5, 0.99]) {
        const x = normal(shape);
        await expectKernelMatches(() => dropout(x, rate, { seed: 4294967295, path: 'a.b', step: 12 }), [x], [x], 1e-6);
      }
    }
  });

  test('a third of many entries goes', async () => {
    const x = tensor(new Float32Array(30000).fill(1), [100, 300]);
    const y = dropout(x, 1 / 3, { seed: 5, path: 'p', step: 0 });
    const count = (await y.data()).filter(value => value !== 0).length;
    expect(count).toBeGreaterThan(19600);
    expect(count).toBeLessThan(20400);
    dispose([x, y]);
  });
});
