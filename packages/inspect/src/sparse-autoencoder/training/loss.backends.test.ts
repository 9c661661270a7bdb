import { flatten } from '@residual/layers';
import { dispose, gradients, type Tensor } from '@residual/tensor';
import { expectClose, expectNoLeak } from '@residual/testkit';
import { test } from 'vitest';
import { referenceActivations, referenceArrays, referenceAutoencoder } from '../../testing/sparse-autoencoders.js';
import { sparseLoss } from './loss.js';

test.each(Object.keys(referenceActivations))('the loss of %s and its gradients are those of PyTorch', kind =>
  expectNoLeak(async () => {
    const { layer, weights } = await referenceAutoencoder(kind);
    const arrays = await referenceArrays();
    const [x, mask] = [await arrays.tensor('loss.x'), await arrays.tensor('loss.dead')];
    const options = { sparsity: 0.3, deadCoefficient: 0.7, dead: { mask, count: 3 } };
    const leaves = Object.fromEntries(flatten(layer, weights)) as Record<string, Tensor>;
    const result = gradients(() => sparseLoss(layer, weights, x, options).loss, leaves);
    const tolerance = { absolute: 2e-4, relative: 1e-4 };
    await expectClose(result.value, (await arrays.read(`loss.${kind}`)).data, tolerance);
    for (const path of Object.keys(leaves))
      await expectClose(result.gradients[path]!, (await arrays.read(`loss.${kind}.gradient.${path}`)).data, tolerance);
    dispose([result, x, mask, weights]);
  }),
);
