import '@residual/backend-cpu';
import { bytesSource, openSafetensors, writeSafetensors } from '@residual/safetensors';
import { memoryUsage, type Tensor, tensor, useBackend } from '@residual/tensor';
import { expectClose, expectNoLeak, fixture } from '@residual/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { referenceFiles } from '../../testing/sparse-autoencoders.js';
import type { BoundSparseAutoencoder } from '../bound.js';
import { loadSparseAutoencoder } from './load.js';
import { saveSparseAutoencoder } from './save.js';

const folder = 'inspect/sparse-autoencoder';
const close = { absolute: 1e-5, relative: 1e-5 };
let expected: (name: string) => Promise<{ shape: readonly number[]; data: Float32Array }>;
beforeAll(async () => {
  await useBackend('cpu');
  const file = await openSafetensors(bytesSource(await fixture(`${folder}/expected.safetensors`)));
  expected = name => file.readFloat32(name);
});

/** Features and reconstruction of the reference input. */
async function expectReference(autoencoder: BoundSparseAutoencoder, name: string): Promise<void> {
  const { layer, weights } = autoencoder;
  const { shape, data } = await expected('x');
  const x = tensor(data, shape);
  const features = layer.encode(weights, x);
  const [decoded, output] = [layer.decode(weights, features, x), layer(weights, x)] as [Tensor, Tensor];
  await expectClose(features, (await expected(`${name}.features`)).data, close);
  await expectClose(output, (await expected(`${name}.output`)).data, close);
  await expectClose(decoded, (await expected(`${name}.output`)).data, close);
  for (const each of [x, features, decoded, output]) each.dispose();
}

const saeLens = ['standard', 'jumprelu', 'gated', 'topk', 'standard-2024', 'topk-2024'];

test.each([...saeLens, 'sparsify', 'sparsify-2024'])('%s gives the features of its library', name =>
  expectNoLeak(async () => {
    using autoencoder = await loadSparseAutoencoder(await referenceFiles(name));
    await expectReference(autoencoder, name);
  }),
);

test.each([...saeLens, 'sparsify'])('%s is the same when saved and loaded again', name =>
  expectNoLeak(async () => {
    using autoencoder = await loadSparseAutoencoder(await referenceFiles(name));
    const layout = name === 'sparsify' ? 'sparsify' : 'saeLens';
    using again = await loadSparseAutoencoder(await saveSparseAutoencoder(autoencoder, { layout }));
    await expectReference(again, name);
    expect(again.layer.settings).toEqual(autoencoder.layer.settings);
  }),
);

test('the hook says the path', async () => {
  const path = async (name: string) => {
    using autoencoder = await loadSparseAutoencoder(await referenceFiles(name));
    return autoencoder.path;
  };
  expect(await path('standard')).toBe('decoder.layers.1.input');
  expect(await path('standard-2024')).toBe('decoder.layers.2.input');
  expect(await path('topk-2024')).toBe('decoder.layers.3.attention.output.input');
  expect(await path('sparsify')).toBeUndefined();
});

describe('a constant scale', () => {
  const scaledFiles = async () => {
    const files = await referenceFiles('standard');
    return withConfig(files, { normalize_activations: 'expected_average_only_in' });
  };

  test('is needed where the activations were scaled by an average', async () => {
    await expect(scaledFiles().then(files => loadSparseAutoencoder(files))).rejects.toThrow(
      'loadSparseAutoencoder: the activations were scaled to a mean norm of √d_in (normalize_activations is ' +
        '"expected_average_only_in"), and the file does not hold the factor; give it as scale',
    );
    await expect(referenceFiles('standard').then(files => loadSparseAutoencoder(files, { scale: 2 }))).rejects.toThrow(
      'loadSparseAutoencoder: scale is 2, and the file does not ask for one',
    );
  });

  test('multiplies the input and divides the output, and is folded into saved weights', () =>
    expectNoLeak(async () => {
      using autoencoder = await loadSparseAutoencoder(await scaledFiles(), { scale: 0.5 });
      using saved = await loadSparseAutoencoder(await saveSparseAutoencoder(autoencoder, { layout: 'saeLens' }));
      const { shape, data } = await expected('x');
      const x = tensor(
        data.map(value => value * 2),
        shape,
      );
      for (const { layer, weights } of [autoencoder, saved]) {
        const [features, output] = [layer.encode(weights, x), layer(weights, x)];
        await expectClose(features, (await expected('standard.features')).data, close);
        const twice = (await expected('standard.output')).data.map(value => value * 2);
        await expectClose(output, twice, close);
        features.dispose();
        output.dispose();
      }
      expect(saved.layer.settings.scale).toBe(1);
      x.dispose();
    }));
});

/** The files with other fields in `cfg.json`. */
function withConfig(files: Map<string, Uint8Array>, fields: object): Map<string, Uint8Array> {
  const config = JSON.parse(new TextDecoder().decode(files.get('cfg.json')));
  return new Map([...files, ['cfg.json', new TextEncoder().encode(JSON.stringify({ ...config, ...fields }))]]);
}

test.each([
  [
    'standard',
    { architecture: 'temporal' },
    "config field architecture is \"temporal\"; it must be 'standard', 'topk', 'jumprelu' or 'gated'",
  ],
  [
    'standard',
    { activation_fn_str: 'tanh-relu' },
    "config field activation_fn is \"tanh-relu\"; it must be 'relu', or 'topk' of architecture 'standard'",
  ],
  [
    'standard',
    { d_sae: 1e9 },
    'load: encoder.weight needs [1000000000, 5], W_enc holds [5, 13] instead of [5, 1000000000]; ',
  ],
  [
    'standard',
    { d_out: 5 },
    'config fields are not understood and may change the numbers: d_out: 5; if they do not, name them in ignoreConfig',
  ],
  [
    'standard',
    { normalize_activations: 'covariance_whitening' },
    'config field normalize_activations is "covariance_whitening"; it must be one of none, layer_norm, ',
  ],
  [
    'standard',
    { rescale_acts_by_decoder_norm: true },
    "config field rescale_acts_by_decoder_norm is true; it must be false unless architecture is 'topk'",
  ],
  ['standard', { metadata: { hook_head_index: 3 } }, 'config field hook_head_index is 3; it must be null or absent'],
  ['topk', { k: 14 }, 'config field k is 14; it must be a whole number from 1 to 13'],
  [
    'topk-2024',
    { activation_fn_kwargs: { k: 4, signed: true } },
    'config field activation_fn_kwargs is {"k":4,"signed":true}; it must be a record of k',
  ],
  ['gated', { architecture: 'standard' }, 'encoder.bias needs [13], b_enc is missing; gate.bias is not needed'],
  ['sparsify', { activation: 'groupmax' }, 'config field activation is "groupmax"; it must be "topk" or absent'],
  ['sparsify', { skip_connection: true }, 'config field skip_connection is true; it must be false or absent'],
  ['sparsify-2024', { signed: true }, 'config field signed is true; it must be false or absent'],
])('%s with %o is refused', async (name, fields, message) => {
  const before = memoryUsage();
  const files = withConfig(await referenceFiles(name), fields);
  await expect(loadSparseAutoencoder(files)).rejects.toThrow(message);
  expect(memoryUsage()).toEqual(before);
});

test('a scaling factor is used where the config announces it, and otherwise refused', () =>
  expectNoLeak(async () => {
    const files = await referenceFiles('standard-2024');
    const open = await openSafetensors(bytesSource(files.get('sae_weights.safetensors')!));
    const arrays = await Promise.all(
      [...open.tensors.keys()].map(async name => [name, await open.readFloat32(name)] as const),
    );
    const factors = { dtype: 'F32' as const, shape: [13], data: new Float32Array(13).fill(2) };
    const bytes = writeSafetensors(Object.fromEntries([...arrays, ['scaling_factor', factors] as const]));
    const scaled = new Map([...files, ['sae_weights.safetensors', bytes]]);
    await expect(loadSparseAutoencoder(scaled)).rejects.toThrow(
      'loadSparseAutoencoder: scaling_factor is [13] and the config field finetuning_scaling_factor false; it must ' +
        'be [13], and all ones unless true',
    );
    using autoencoder = await loadSparseAutoencoder(withConfig(scaled, { finetuning_scaling_factor: true }));
    const plain = arrays.find(([name]) => name === 'W_dec')![1].data;
    const transposed = Array.from({ length: 65 }, (_, i) => 2 * plain[(i % 13) * 5 + Math.floor(i / 13)]!);
    await expectClose(autoencoder.weights.decoder.weight as Tensor, transposed, close);
  }));

test('arrays that no autoencoder has are refused', async () => {
  const files = await referenceFiles('standard');
  files.set(
    'sae_weights.safetensors',
    writeSafetensors({ W_skip: { dtype: 'F32', shape: [1], data: Float32Array.of(1) } }),
  );
  await expect(loadSparseAutoencoder(files)).rejects.toThrow(
    'loadSparseAutoencoder: the file holds W_skip; an autoencoder has W_enc, b_enc, W_dec, b_dec, threshold, b_gate, ' +
      'b_mag, r_mag',
  );
});

test('the older logarithm of thresholds is read', () =>
  expectNoLeak(async () => {
    const files = await referenceFiles('jumprelu');
    const open = await openSafetensors(bytesSource(files.get('sae_weights.safetensors')!));
    const names = [...open.tensors.keys()];
    const arrays = await Promise.all(names.map(async name => [name, await open.readFloat32(name)] as const));
    const older = arrays.map(([name, array]) =>
      name === 'threshold'
        ? (['log_threshold', { ...array, data: array.data.map(Math.log) }] as const)
        : ([name, array] as const),
    );
    files.set('sae_weights.safetensors', writeSafetensors(Object.fromEntries(older)));
    using autoencoder = await loadSparseAutoencoder(files);
    await expectReference(autoencoder, 'jumprelu');
  }));

test('missing and invalid files are named', async () => {
  const files = await referenceFiles('standard');
  const load = (entries: [string, Uint8Array][]) => loadSparseAutoencoder(new Map(entries));
  await expect(load([['cfg.json', files.get('cfg.json')!]])).rejects.toThrow(
    'loadSparseAutoencoder: sae_weights.safetensors is not among the files cfg.json; there must be cfg.json and ' +
      'sae_weights.safetensors (SAELens) or sae.safetensors (sparsify)',
  );
  await expect(load([...files, ['cfg.json', new TextEncoder().encode('[1]')]])).rejects.toThrow(
    'cfg.json is not an object',
  );
  await expect(load([...files, ['cfg.json', new TextEncoder().encode('{')]])).rejects.toThrow('cfg.json is not JSON');
  await expect(loadSparseAutoencoder(files, { signal: AbortSignal.abort() })).rejects.toThrow('aborted');
  using autoencoder = await loadSparseAutoencoder(files);
  await expect(saveSparseAutoencoder(autoencoder, { layout: 'sparsify' })).rejects.toThrow(
    'saveSparseAutoencoder: sparsify holds autoencoders with activation { topK }',
  );
});
