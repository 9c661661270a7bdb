import '@residual/backend-cpu';
import { init, type Weights } from '@residual/layers';
import { dispose, type Tensor, useBackend } from '@residual/tensor';
import { expectClose, expectNoLeak } from '@residual/testkit';
import { beforeAll, expect, test } from 'vitest';
import { run } from '../run.js';
import { tinyGpt2, tinyLlama } from '../testing/tiny-model.js';
import { boundSparseAutoencoder } from './bound.js';
import { featureLogits, featureTexts } from './features.js';
import { sparseAutoencoder } from './sparse-autoencoder.js';

beforeAll(async () => {
  await useBackend('cpu');
});

const path = 'decoder.layers.1.output';
const corpus = [
  [3, 1, 4, 1, 5],
  [9, 2, 6, 5, 3, 5, 8],
];

function tinyAutoencoder(scale = 1) {
  const layer = sparseAutoencoder({ modelDim: 10, features: 7, scale });
  return boundSparseAutoencoder(layer, init(layer, { seed: 4 }), { path });
}

const valuesOf = async (x: unknown) => Array.from((await (x as Tensor).data()) as Float32Array);

test('texts of a feature are the positions at which it is most active', () =>
  expectNoLeak(async () => {
    const model = tinyGpt2();
    using autoencoder = tinyAutoencoder();
    const all: { activation: number; sequence: number; position: number; token: number }[] = [];
    for (const [sequence, ids] of corpus.entries()) {
      using whole = run(model, ids, { names: [path] });
      const features = autoencoder.layer.encode(autoencoder.weights, whole.activation(path));
      const values = await valuesOf(features);
      features.dispose();
      for (const [position, token] of ids.entries())
        all.push({ activation: values[7 * position + 2]!, sequence, position, token });
    }
    const expected = all.filter(({ activation }) => activation > 0).sort((a, b) => b.activation - a.activation);
    expect(expected.length).toBeGreaterThan(2);
    const [texts] = await featureTexts(model, autoencoder, corpus, { features: [2], count: 4, context: 1 });
    expect(texts!.feature).toBe(2);
    const shown = texts!.top.map(({ sequence, position, token }) => ({ sequence, position, token }));
    expect(shown).toEqual(expected.slice(0, 4).map(({ activation, ...rest }) => rest));
    await expectClose(
      texts!.top.map(({ activation }) => activation),
      expected.slice(0, 4).map(({ activation }) => activation),
      { absolute: 1e-5 },
    );
    expect((await featureTexts(model, autoencoder, corpus, { count: 1 })).map(({ feature }) => feature)).toEqual([
      0, 1, 2, 3, 4, 5, 6,
    ]);
    dispose(model.weights);
  }));

/** What a direction adds to logits, by loops in float64. */
async function effectsByLoops(model: { weights: Weights<unknown> }, direction: readonly number[], isCentred: boolean) {
  const { weights } = model as {
    weights: { embedding: { weight: Tensor }; head?: { weight: Tensor }; decoder: { norm: { weight: Tensor } } };
  };
  const norm = await valuesOf(weights.decoder.norm.weight);
  const table = await valuesOf((weights.head ?? weights.embedding).weight);
  const mean = isCentred ? direction.reduce((sum, value) => sum + value / 10, 0) : 0;
  const weighted = direction.map((value, i) => (value - mean) * norm[i]!);
  return Array.from({ length: 13 }, (_, token) =>
    weighted.reduce((sum, value, i) => sum + value * table[10 * token + i]!, 0),
  );
}

test.each([
  ['GPT-2', tinyGpt2, true],
  ['Llama', tinyLlama, false],
] as const)('features of %s raise and lower logits by their direction through norm and head', (_, make, isCentred) =>
  expectNoLeak(async () => {
    const model = make();
    using autoencoder = tinyAutoencoder(0.25);
    const decoder = await valuesOf(autoencoder.weights.decoder.weight);
    const results = await featureLogits(model, autoencoder, { features: [5, 0, 3], top: 13, batch: 2 });
    expect(results.map(({ feature }) => feature)).toEqual([5, 0, 3]);
    for (const { feature, raised, lowered } of results) {
      const direction = Array.from({ length: 10 }, (_, i) => decoder[7 * i + feature]! / 0.25);
      const expected = await effectsByLoops(model as never, direction, isCentred);
      const ranked = expected.map((effect, token) => ({ token, effect })).sort((a, b) => b.effect - a.effect);
      expect(raised.map(({ token }) => token)).toEqual(ranked.map(({ token }) => token));
      expect(lowered.map(({ token }) => token)).toEqual(ranked.map(({ token }) => token).reverse());
      await expectClose(
        raised.map(({ effect }) => effect),
        ranked.map(({ effect }) => effect),
        { absolute: 1e-5 },
      );
    }
    await expect(featureLogits(model, autoencoder, { features: [7] })).rejects.toThrow(
      'featureLogits: feature is 7; it must be a whole number from 0 to 6',
    );
    await expect(featureLogits(model, autoencoder, { signal: AbortSignal.abort() })).rejects.toThrow('aborted');
    const layer = sparseAutoencoder({ modelDim: 5, features: 7 });
    using other = boundSparseAutoencoder(layer, init(layer, { seed: 1 }));
    await expect(featureLogits(model, other)).rejects.toThrow(
      'featureLogits: the autoencoder has modelDim 5, the model 10; they must be equal',
    );
    await expect(featureTexts(model, other, corpus)).rejects.toThrow('featureTexts: the autoencoder has no path');
    dispose(model.weights);
  }),
);
