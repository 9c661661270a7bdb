import { init } from '@residual/layers';
import { dispose, gradients, memoryUsage, mul, slice, sub, sum, type Tensor, tidy } from '@residual/tensor';
import { expectClose, expectNoLeak } from '@residual/testkit';
import { expect, test } from 'vitest';
import { ablate } from '../hooks/ablate.js';
import { run } from '../run.js';
import { tinyGpt2 } from '../testing/tiny-model.js';
import { boundSparseAutoencoder } from './bound.js';
import { ablateFeature, reconstruct, steerFeature } from './hooks.js';
import { sparseAutoencoder } from './sparse-autoencoder.js';

const ids = [3, 1, 4, 1, 5];
const path = 'decoder.layers.1.output';
const close = { absolute: 2e-5 };

/** An autoencoder of 23 features for the tiny models, with larger random weights. */
function tinyAutoencoder(options: { scale?: number; normalization?: 'layerNorm' } = {}) {
  const layer = sparseAutoencoder({ modelDim: 10, features: 23, activation: { topK: 6 }, ...options });
  const weights = init(layer, { seed: 4 });
  const larger = (x: Tensor) => {
    const y = mul(x, 20);
    x.dispose();
    return y;
  };
  const tree = {
    ...weights,
    encoder: { ...weights.encoder, weight: larger(weights.encoder.weight as Tensor) },
    decoder: { ...weights.decoder, weight: larger(weights.decoder.weight as Tensor) },
  };
  return boundSparseAutoencoder(layer, tree, { path });
}

test('a reconstruction takes the place of activations, its features are activations, and the error can be kept', () =>
  expectNoLeak(async () => {
    const model = tinyGpt2();
    using autoencoder = tinyAutoencoder();
    const { layer, weights } = autoencoder;
    using plain = run(model, ids, { names: [path] });
    const names = [path, `${path}.features`];
    using replaced = run(model, ids, { names, hooks: [reconstruct(autoencoder)] });
    const expected = layer(weights, plain.activation(path));
    const features = layer.encode(weights, plain.activation(path));
    await expectClose(replaced.activation(path), expected, close);
    await expectClose(replaced.activation(`${path}.features`), features, close);
    using kept = run(model, ids, { names, hooks: [reconstruct(autoencoder, { keepError: true })] });
    await expectClose(kept.output, plain.output, close);
    using part = run(model, ids, { names, hooks: [reconstruct(autoencoder, { positions: [-1] })] });
    const [first, last] = [
      slice(plain.activation(path), [0, 0, 0], [1, 4, 10]),
      slice(expected, [0, 4, 0], [1, 1, 10]),
    ];
    const [firstOf, lastOf] = [
      [0, 0, 0],
      [0, 4, 0],
    ].map((from, i) => slice(part.activation(path), from, [1, i ? 1 : 4, 10]));
    await expectClose(firstOf!, first, close);
    await expectClose(lastOf!, last, close);
    dispose([expected, features, first, last, firstOf, lastOf, model.weights]);
  }));

test.each([
  ['a constant scale', { scale: 0.5 }],
  ['a layerNorm', { normalization: 'layerNorm' as const }],
])('with %s an ablated feature is one of a reconstruction whose error is kept', (_, options) =>
  expectNoLeak(async () => {
    const model = tinyGpt2();
    using autoencoder = tinyAutoencoder(options);
    const chosen = [2, 17, 5, 9];
    using direct = run(model, ids, { hooks: [ablateFeature(autoencoder, chosen)] });
    const hooks = [ablate(`${path}.features`, { neurons: chosen }), reconstruct(autoencoder, { keepError: true })];
    using indirect = run(model, ids, { hooks });
    await expectClose(direct.output, indirect.output, { absolute: 1e-4 });
    using plain = run(model, ids);
    const difference = tidy(() => sum(mul(sub(direct.output, plain.output), sub(direct.output, plain.output))));
    expect((await difference.data())[0]).toBeGreaterThan(1e-4);
    dispose([difference, model.weights]);
  }),
);

test('a feature is set or added to by its direction', () =>
  expectNoLeak(async () => {
    const model = tinyGpt2();
    using autoencoder = tinyAutoencoder({ scale: 2 });
    const { layer, weights } = autoencoder;
    using plain = run(model, ids, { names: [path] });
    const features = layer.encode(weights, plain.activation(path));
    const values = (await features.data()) as Float32Array;
    const decoder = (await (weights.decoder.weight as Tensor).data()) as Float32Array;
    const before = (await plain.activation(path).data()) as Float32Array;
    // The activations are twice as large inside, so that a direction counts half outside.
    const expected = (stepAt: (position: number) => number) =>
      Array.from(before, (value, i) => value + (stepAt(Math.floor(i / 10)) * decoder[(i % 10) * 23 + 7]!) / 2);
    using added = run(model, ids, { names: [path], hooks: [steerFeature(autoencoder, 7, { add: 3, positions: [2] })] });
    await expectClose(
      added.activation(path),
      expected(position => (position === 2 ? 3 : 0)),
      close,
    );
    using set = run(model, ids, { names: [path], hooks: [steerFeature(autoencoder, 7, { value: 3 })] });
    await expectClose(
      set.activation(path),
      expected(position => 3 - values[23 * position + 7]!),
      close,
    );
    dispose([features, model.weights]);
  }));

test('gradients flow through the features of a reconstruction', () =>
  expectNoLeak(async () => {
    const model = tinyGpt2();
    using autoencoder = tinyAutoencoder();
    const { weights } = autoencoder;
    const scopeOf = reconstruct(autoencoder, { keepError: true });
    const result = gradients(
      () =>
        tidy(() => {
          using output = run(model, ids, { hooks: [scopeOf] });
          return sum(output.output);
        }),
      { bias: weights.encoder.bias!, decoder: weights.decoder.weight as Tensor },
    );
    expect(result.gradients.bias?.shape).toEqual([23]);
    expect((await result.gradients.decoder!.data()).some(value => Math.abs(value) > 1e-6)).toBe(true);
    dispose([result, model.weights]);
  }));

test('what does not fit is refused and frees everything', () =>
  expectNoLeak(async () => {
    const model = tinyGpt2();
    using autoencoder = tinyAutoencoder();
    const before = memoryUsage().tensors;
    expect(() => steerFeature(autoencoder, 23, { add: 1 })).toThrow(
      'steerFeature: feature is 23; it must be a whole number from 0 to 22',
    );
    expect(() => steerFeature(autoencoder, 2, {})).toThrow(
      'steerFeature: add is undefined and value undefined; give one',
    );
    expect(() => steerFeature(autoencoder, 2, { add: Number.NaN })).toThrow(
      'steerFeature: add is NaN; it must be a number',
    );
    const { layer, weights } = autoencoder;
    expect(() => reconstruct(boundSparseAutoencoder(layer, weights))).toThrow(
      'reconstruct: the autoencoder has no path; give the path of its activations',
    );
    expect(() =>
      run(model, ids, { hooks: [reconstruct(autoencoder, { path: 'decoder.layers.1.mlp.hidden' })] }),
    ).toThrow('sparseAutoencoder: x is [1, 5, 40]; it must be [..., 10]');
    expect(memoryUsage().tensors).toBe(before);
    dispose(model.weights);
  }));
