import { init, record } from '@residual/layers';
import { dispose, gradients, sum, tensor } from '@residual/tensor';
import { expectClose, expectNoLeak } from '@residual/testkit';
import { expect, test } from 'vitest';
import { referenceArrays, referenceFiles } from '../testing/sparse-autoencoders.js';
import { jumpRelu } from './activation.js';
import { loadSparseAutoencoder } from './files/load.js';
import { sparseAutoencoder } from './sparse-autoencoder.js';

test.each(['jumprelu', 'gated', 'topk', 'topk-2024'])('%s gives the features of its library', name =>
  expectNoLeak(async () => {
    using autoencoder = await loadSparseAutoencoder(await referenceFiles(name));
    const { layer, weights } = autoencoder;
    const arrays = await referenceArrays();
    const x = await arrays.tensor('x');
    const recorder = record(['preActivation', 'features', 'encoder.input', 'decoder.output']);
    const output = layer(weights, x, recorder.scope);
    const close = { absolute: 1e-4 };
    await expectClose(recorder.values.get('features')!, (await arrays.read(`${name}.features`)).data, close);
    await expectClose(output, (await arrays.read(`${name}.output`)).data, close);
    dispose([x, output, recorder]);
  }),
);

test('the gradient of a jumpRelu is that of x above the threshold, and an estimate near it', () =>
  expectNoLeak(async () => {
    const x = tensor([
      [0.5, -1, 2],
      [1.05, 3, 0.98],
    ]);
    const threshold = tensor([1, 0.5, 1]);
    const result = gradients(() => sum(jumpRelu(x, threshold, 0.2)), { x, threshold });
    await expectClose(result.value, 2 + 1.05 + 3, { absolute: 1e-5 });
    await expectClose(result.gradients.x!, [0, 0, 1, 1, 1, 0], { absolute: 0 });
    // -threshold / bandwidth for each entry within 0.1 of it: 1.05 and 0.98
    await expectClose(result.gradients.threshold!, [-5, 0, -5], { absolute: 1e-4 });
    dispose([x, threshold, result]);
  }));

test('what does not fit is refused', () =>
  expectNoLeak(async () => {
    const refused = (options: object, message: string) =>
      expect(() => sparseAutoencoder({ modelDim: 5, features: 13, ...options })).toThrow(message);
    refused({ activation: 'gelu' }, `activation is "gelu"; it must be 'relu', 'jumpRelu', 'gated' or { topK: k }`);
    refused({ activation: { topK: 14 } }, 'sparseAutoencoder: topK is 14; it must be a whole number from 1 to 13');
    refused({ scale: 2, normalization: 'layerNorm' }, 'scale is 2; it must be a number above 0, and 1 unless');
    const layer = sparseAutoencoder({ modelDim: 5, features: 13, normalization: 'layerNorm' });
    const weights = init(layer, { seed: 1 });
    const x = tensor([1, 2, 3], [1, 3]);
    expect(() => layer(weights, x)).toThrow('sparseAutoencoder: x is [1, 3]; it must be [..., 5]');
    expect(() => layer.decode(weights, x)).toThrow(
      'decode: x is undefined; it must be the encoded activations, for the normalization is layerNorm',
    );
    dispose([x, weights]);
  }));
