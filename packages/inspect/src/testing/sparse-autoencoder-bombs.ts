/** Hostile files of sparse autoencoders, read by a process with a small heap. */
import '@residual/testkit/cpu';
import { type StoredTensor, writeSafetensors } from '@residual/safetensors';
import { type BombTarget, bombsOf } from '@residual/testkit/bombs';
import { loadSparseAutoencoder } from '../sparse-autoencoder/files/load.js';

type Files = readonly (readonly [name: string, bytes: Uint8Array | string])[];

const arrays = (shapes: Readonly<Record<string, readonly number[]>>) =>
  writeSafetensors(
    Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => {
        const data = new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(0.5);
        return [name, { dtype: 'F32', shape, data } satisfies StoredTensor<'F32'>];
      }),
    ),
  );

const shapes = { W_enc: [3, 5], b_enc: [5], W_dec: [5, 3], b_dec: [3], scaling_factor: [5] };
const config = {
  architecture: 'topk',
  d_in: 3,
  d_sae: 5,
  k: 2,
  apply_b_dec_to_input: true,
  rescale_acts_by_decoder_norm: true,
  finetuning_scaling_factor: true,
  normalize_activations: 'layer_norm',
  activation_fn_kwargs: { k: 2 },
  metadata: { hook_name: 'blocks.1.hook_resid_pre' },
};

/** Files of SAELens. */
export const saeLens: BombTarget<Files> = {
  *inputs() {
    const weights = arrays(shapes);
    for (const { name, make } of bombsOf(config, { count: 20_000 }))
      yield {
        name,
        make: () => [
          ['cfg.json', make()],
          ['sae_weights.safetensors', weights],
        ],
      };
    const other = (name: string, changed: Readonly<Record<string, readonly number[]>>, fields = {}) => ({
      name,
      make: (): Files => [
        ['cfg.json', JSON.stringify({ ...config, ...fields })],
        ['sae_weights.safetensors', arrays({ ...shapes, ...changed })],
      ],
    });
    yield other('a decoder of one wide row', { W_dec: [1, 1_000_000] });
    yield other('an empty decoder', { W_dec: [5, 0] });
    yield other('a factor for nothing', { scaling_factor: [0] });
    yield other(
      'many features of width 2',
      { W_enc: [2, 300_000], W_dec: [300_000, 2], b_enc: [300_000], b_dec: [2] },
      { d_in: 2, d_sae: 300_000, finetuning_scaling_factor: false },
    );
    yield other(
      'a wide autoencoder',
      { W_enc: [300_000, 5], W_dec: [5, 300_000], b_dec: [300_000] },
      { d_in: 300_000 },
    );
    yield other('many names', Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`x${i}`, [1]])));
    yield other('a name that is not known', { ['x'.repeat(1_000_000)]: [1] });
  },
  read: async files => (await loadSparseAutoencoder(filesOf(files))).dispose(),
  seeds: () => [
    [
      ['cfg.json', JSON.stringify(config)],
      ['sae_weights.safetensors', arrays(shapes)],
    ],
  ],
};

const sparsifyConfig = { d_in: 3, k: 2, expansion_factor: 2, num_latents: 0, normalize_decoder: true, signed: false };
const sparsifyShapes = { 'encoder.weight': [6, 3], 'encoder.bias': [6], W_dec: [6, 3], b_dec: [3] };

/** Files of sparsify. */
export const sparsify: BombTarget<Files> = {
  *inputs() {
    const weights = arrays(sparsifyShapes);
    for (const { name, make } of bombsOf(sparsifyConfig))
      yield {
        name,
        make: () => [
          ['cfg.json', make()],
          ['sae.safetensors', weights],
        ],
      };
  },
  read: saeLens.read,
  seeds: () => [
    [
      ['cfg.json', JSON.stringify(sparsifyConfig)],
      ['sae.safetensors', arrays(sparsifyShapes)],
    ],
  ],
};

function filesOf(files: Files): Map<string, Uint8Array> {
  const encode = (bytes: Uint8Array | string) => (typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes);
  return new Map(files.map(([name, bytes]) => [name, encode(bytes)]));
}
