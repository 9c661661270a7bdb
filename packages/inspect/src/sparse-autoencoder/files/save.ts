import { flatten } from '@residual/layers';
import { type StoredTensor, writeSafetensors } from '@residual/safetensors';
import { expectOptions, expectValue, ResidualError, type Tensor } from '@residual/tensor';
import type { BoundSparseAutoencoder } from '../bound.js';
import type { SparseAutoencoderSettings } from '../sparse-autoencoder.js';
import { configFile, type Layout, layouts, transposed, weightFiles } from './layouts.js';

/** Options of `saveSparseAutoencoder`. */
export interface SaveSparseAutoencoderOptions {
  /** The library whose files are written. */
  readonly layout: Layout;
  /** What SAELens keeps beside the settings, such as `hook_name` and `model_name`. */
  readonly metadata?: Readonly<Record<string, string | number | boolean | null>>;
}

/**
 * The files of a sparse autoencoder by name, as SAELens or sparsify reads them, in float32. A constant `scale` is
 * folded into the weights. Errors if the layout cannot hold the autoencoder.
 */
export async function saveSparseAutoencoder(
  { layer, weights }: Pick<BoundSparseAutoencoder, 'layer' | 'weights'>,
  options: SaveSparseAutoencoderOptions,
): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  expectOptions('saveSparseAutoencoder', options, { layout: 1, metadata: 0 });
  const { layout, metadata } = options;
  const isKnown = layout === 'saeLens' || layout === 'sparsify';
  expectValue(isKnown, 'saveSparseAutoencoder', 'layout', layout, "'saeLens' or 'sparsify'");
  const config =
    layout === 'saeLens' ? saeLensConfig(layer.settings, metadata) : sparsifyConfig(layer.settings, metadata);
  const leaves = flatten(layer, weights);
  const arrays: Record<string, StoredTensor<'F32'>> = {};
  for (const { path, name, transposed: isTransposed } of layouts[layout]) {
    const leaf = leaves.get(path) as Tensor | undefined;
    if (!leaf) continue;
    const [values, shape] = [(await leaf.data()) as Float32Array, leaf.shape as [number, number]];
    const factor = scaleOf(path, layer.settings.scale);
    const scaled = factor === 1 ? values : values.map(value => value * factor);
    arrays[name] = {
      dtype: 'F32',
      shape: isTransposed ? [...shape].reverse() : shape,
      data: isTransposed ? transposed(scaled, shape) : scaled,
    };
  }
  return new Map([
    [configFile, new TextEncoder().encode(`${JSON.stringify(config, null, 2)}\n`)],
    [weightFiles[layout], writeSafetensors(arrays)],
  ]);
}

/** The factor on a weight that replaces a constant scale of the input: encoder(scale x - b), decoder(f) / scale. */
function scaleOf(path: string, scale: number): number {
  if (path === 'encoder.weight') return scale;
  return path.startsWith('decoder.') ? 1 / scale : 1;
}

const architectures = { relu: 'standard', jumpRelu: 'jumprelu', gated: 'gated' } as const;
const normalizations = { none: 'none', layerNorm: 'layer_norm', constantNorm: 'constant_norm_rescale' } as const;

function saeLensConfig(settings: SparseAutoencoderSettings, metadata: SaveSparseAutoencoderOptions['metadata']) {
  const { activation, modelDim, features, subtractDecoderBias, normalization } = settings;
  const topK = typeof activation === 'object' ? { k: activation.topK, rescale_acts_by_decoder_norm: false } : {};
  return {
    architecture: typeof activation === 'object' ? 'topk' : architectures[activation],
    d_in: modelDim,
    d_sae: features,
    dtype: 'float32',
    device: 'cpu',
    apply_b_dec_to_input: subtractDecoderBias,
    normalize_activations: normalizations[normalization],
    reshape_activations: 'none',
    ...topK,
    // The first version that reads this form.
    metadata: { sae_lens_version: '6.0.0', sae_lens_training_version: null, ...metadata },
  };
}

function sparsifyConfig(settings: SparseAutoencoderSettings, metadata: SaveSparseAutoencoderOptions['metadata']) {
  const { activation, modelDim, features, subtractDecoderBias, normalization } = settings;
  if (typeof activation !== 'object' || !subtractDecoderBias || normalization !== 'none' || metadata)
    throw new ResidualError(
      'layout',
      'saveSparseAutoencoder: sparsify holds autoencoders with activation { topK }, subtractDecoderBias and no ' +
        "normalization, without metadata; layout 'saeLens' holds all",
    );
  return {
    activation: 'topk',
    expansion_factor: 32,
    normalize_decoder: true,
    num_latents: features,
    k: activation.topK,
    multi_topk: false,
    skip_connection: false,
    transcode: false,
    d_in: modelDim,
  };
}
