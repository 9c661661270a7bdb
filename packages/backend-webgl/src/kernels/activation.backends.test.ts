import { type Activation, gated, gelu, silu, tensor } from '@residual/tensor';
import { test } from 'vitest';
import { expectKernelMatches, kernelTests, normal, shapes } from '../testing/expect-kernel.js';

kernelTests('gelu', () => {
  for (const approximate of [false, true])
    test(`the ${approximate ? 'tanh' : 'exact'} form equals its composition`, async () => {
      for (const shape of shapes) {
        const x = normal(shape, 4);
        await expectKernelMatches(() => gelu(x, { approximate }), [x], [x]);
      }
      const far = tensor([-1e4, -100, -20, 0, 20, 100, 1e4], [7]);
      await expectKernelMatches(() => gelu(far, { approximate }), [far]);
    });
});

/** All shapes are those of `gelu`; which function is applied to each number does not depend on the shape. */
const fewShapes = [[7], [2, 3, 5]];

kernelTests('silu', () => {
  test('tensors give what the composition gives', async () => {
    for (const shape of fewShapes) {
      const x = normal(shape, 4);
      await expectKernelMatches(() => silu(x), [x], [x]);
    }
    const far = tensor([-1e4, -100, -20, 0, 20, 100, 1e4], [7]);
    await expectKernelMatches(() => silu(far), [far]);
  });
});

kernelTests('gated', () => {
  const activations: Activation[] = ['gelu', 'geluTanh', 'silu', 'relu', 'sigmoid', 'tanh', 'identity'];
  for (const activation of activations)
    test(`a gate of ${activation} equals its composition`, async () => {
      for (const shape of activation === 'silu' ? shapes : fewShapes) {
        const [gate, up] = [normal(shape, 3), normal(shape)];
        await expectKernelMatches(() => gated(gate, up, activation), [gate, up], [gate, up]);
      }
    });
});
