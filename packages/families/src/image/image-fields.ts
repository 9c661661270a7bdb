import { selfAttention } from '@residual/attention';
import { type PatchEmbedding, type PatchGrid, patchEmbedding } from '@residual/embeddings';
import { type Dropout, type LayerNorm, layerNorm, type PositionEncoding } from '@residual/layers';
import { type AnyActivation, mlp } from '@residual/mlp';
import type { ConfigReader } from '../config/config.js';
import type { ImageSize } from '../family.js';

/** The fields that vision transformers share, with the parts that follow from them. */
export interface ImageFields {
  readonly modelDim: number;
  readonly heads: number;
  readonly depth: number;
  readonly activation: AnyActivation;
  readonly norm: LayerNorm;
  readonly attentionDropout: Dropout | undefined;
  readonly imageSize: ImageSize;
  /** The patches of a picture of that size. */
  readonly grid: PatchGrid;
  readonly patches: PatchEmbedding;
}

/** What absent fields are, and names that differ. */
export interface ImageDefaults {
  readonly modelDim?: number;
  readonly depth?: number;
  readonly heads?: number;
  readonly patch?: number;
  readonly epsilon: number;
  readonly activation?: string;
  /** The field of the rate of dropout on attention weights. */
  readonly attentionDropout: string;
  /** The grid of the patches, where the config has no size of a picture. */
  readonly grid?: PatchGrid;
  /** Whether the patches have a bias; true if absent. */
  readonly patchBias?: boolean;
}

/** Reads the fields that vision transformers share; absent sizes are those of ViT-B/16 unless others are given. */
export function imageFields(config: ConfigReader, defaults: ImageDefaults): ImageFields {
  const modelDim = config.size('hidden_size', defaults.modelDim ?? 768);
  const patches = patchEmbedding({
    patch: patchSizeOf(config, defaults.patch ?? 16),
    channels: config.size('num_channels', 3),
    dim: modelDim,
    bias: defaults.patchBias ?? true,
  });
  const imageSize = defaults.grid ? sizeOfGrid(patches, defaults.grid) : imageSizeOf(config);
  return {
    modelDim,
    heads: config.size('num_attention_heads', defaults.heads ?? 12),
    depth: config.depth('num_hidden_layers', defaults.depth ?? 12),
    activation: config.activation('hidden_act', defaults.activation ?? 'gelu'),
    norm: layerNorm({ dim: modelDim, epsilon: config.number('layer_norm_eps', defaults.epsilon) }),
    attentionDropout: config.dropout(defaults.attentionDropout),
    imageSize,
    grid: gridOf(config, patches, imageSize),
    patches,
  };
}

/** The grid of a picture of the model's size. Errors if it is smaller than a patch, or too large for a table. */
function gridOf(config: ConfigReader, patches: PatchEmbedding, imageSize: ImageSize): PatchGrid {
  const grid = patches.gridOf(imageSize);
  const count = grid.rows * grid.columns;
  if (count >= 1 && count < 2 ** 31) return grid;
  const [height, width] = patches.patch;
  return config.refuse('image_size', config.value('image_size'), `a size of 1 to 2³¹ patches of ${height} x ${width}`);
}

function sizeOfGrid({ patch: [height, width] }: PatchEmbedding, { rows, columns }: PatchGrid): ImageSize {
  return { height: rows * height, width: columns * width };
}

function imageSizeOf(config: ConfigReader): ImageSize {
  const [height, width] = pairOf(config, 'image_size', 224);
  return { height, width };
}

function patchSizeOf(config: ConfigReader, fallback: number): readonly [number, number] {
  return pairOf(config, 'patch_size', fallback);
}

/** A whole number for both sides, or [height, width]. */
function pairOf(config: ConfigReader, name: string, fallback: number): readonly [number, number] {
  const value = config.value(name);
  if (!Array.isArray(value)) {
    const side = config.size(name, fallback);
    return [side, side];
  }
  const isSide = (side: unknown) => Number.isInteger(side) && (side as number) > 0;
  if (value.length === 2 && value.every(isSide)) return [value[0], value[1]];
  return config.refuse(name, value, 'a whole number above 0, or [height, width]');
}

/** The attention of a vision transformer. */
export function imageAttention(
  { modelDim, heads, attentionDropout }: Pick<ImageFields, 'modelDim' | 'heads' | 'attentionDropout'>,
  {
    bias = true,
    positionEncoding,
  }: { readonly bias?: ImageAttentionBias; readonly positionEncoding?: PositionEncoding } = {},
) {
  return selfAttention({
    modelDim,
    heads,
    bias,
    dropout: attentionDropout,
    ...(positionEncoding && { positionEncoding }),
  });
}

type ImageAttentionBias = NonNullable<Parameters<typeof selfAttention>[0]['bias']>;

/** The biases of an attention whose `qkv_bias` says whether queries, keys and values have them; the output has one. */
export function qkvBias(config: ConfigReader): ImageAttentionBias {
  const has = config.flag('qkv_bias', true);
  return { query: has, key: has, value: has, output: true };
}

/** The MLP of a vision transformer. */
export function imageMlp(config: ConfigReader, { modelDim, activation }: Pick<ImageFields, 'modelDim' | 'activation'>) {
  return mlp({ modelDim, hiddenDim: config.size('intermediate_size', 3072), activation });
}
