import {
  activation,
  convolution2d,
  layerNorm,
  linear,
  pixelShuffle,
  sequential,
  vectorQuantizer,
} from '@residual/layers';
import { expectOptions } from '@residual/tensor';
import { type ImageTokenizer, imageTokenizer, residualConvolution, type TensorLayer } from '@residual/transformer';
import { type Config, ConfigReader } from '../config/config.js';
import type { Family, ImageTokensComposition, WeightMapping } from '../family.js';
import { moduleNames } from '../parts/names.js';

const architecture = 'ResidualImageTokensModel';

/**
 * Residual's own small autoencoder of pictures: convolutions turn a picture into a grid of codes and back.
 * `residual train image-tokens` trains it.
 */
export const residualImageTokens: Family<ImageTokensComposition> = /* @__PURE__ */ residualImageTokensFamily();

function residualImageTokensFamily(): Family<ImageTokensComposition> {
  return {
    name: 'residual_image_tokens',
    modelTypes: ['residual_image_tokens'],
    architectures: [architecture],
    compose: (fields, { ignoreConfig = [] } = {}) => {
      const config = new ConfigReader('residual_image_tokens', fields);
      const { tokenizer, imageSize, grid, blocks } = imageTokenizerOf(config);
      config.refuseUnread(ignoreConfig);
      const positions = grid.rows * grid.columns;
      return {
        ...{ kind: 'image-tokens', model: tokenizer, architecture, imageSize, grid },
        ...{ maxPositions: positions, depth: blocks, heads: 0 },
      };
    },
    prefix: '',
    mappings: imageTokenizerMappings(''),
    buffers: [],
    aliases: {},
  };
}

/** An image tokenizer with its sizes. */
export interface SizedImageTokenizer {
  readonly tokenizer: ImageTokenizer;
  readonly imageSize: { readonly height: number; readonly width: number };
  readonly grid: { readonly rows: number; readonly columns: number };
  /** The number of residual blocks of encoder and decoder. */
  readonly blocks: number;
}

/** The largest side of a picture in pixels, so that no config composes without end. */
const maxSide = 4096;

/**
 * A convolution whose windows overlap, residual blocks, and a projection to the width of the codes; a codebook; then
 * blocks and a pixel shuffle with two convolutions behind it.
 */
export function imageTokenizerOf(config: ConfigReader): SizedImageTokenizer {
  const size = config.size('image_size', 48, maxSide);
  const factor = config.size('patch_size', 6, maxSide);
  if (size % factor !== 0) config.refuse('patch_size', factor, `a divisor of image_size ${size}`);
  const dim = config.size('hidden_size', 96);
  const codes = config.size('codebook_size', 1024);
  const codeDim = config.size('codebook_dim', 16);
  const pixelDim = config.size('pixel_hidden_size', 16);
  const depth = config.depth('num_encoder_blocks', 2);
  const decoderDepth = config.depth('num_decoder_blocks', 3);
  const epsilon = config.number('layer_norm_eps', 1e-5);
  const side = size / factor;
  const overlap = Math.min(2, factor);
  const encoder = sequential({
    patches: convolution2d({ in: 3, out: dim, kernelSize: factor + 2 * overlap, stride: factor, padding: overlap }),
    blocks: blocksOf(depth, dim, epsilon),
    projection: linear({ in: dim, out: codeDim, std: 1 / Math.sqrt(dim) }),
  });
  const decoder = sequential({
    first: convolution2d({ in: codeDim, out: dim, kernelSize: 3, padding: 1 }),
    blocks: blocksOf(decoderDepth, dim, epsilon),
    up: linear({ in: dim, out: pixelDim * factor ** 2, std: 1 / Math.sqrt(dim) }),
    shuffle: pixelShuffle({ in: pixelDim * factor ** 2, factor }),
    activation: activation('relu'),
    smooth: convolution2d({ in: pixelDim, out: pixelDim, kernelSize: 3, padding: 1 }),
    smoothActivation: activation('relu'),
    last: convolution2d({ in: pixelDim, out: 3, kernelSize: 3, padding: 1 }),
  });
  const quantizer = vectorQuantizer({ codes, dim: codeDim });
  return {
    tokenizer: imageTokenizer({ encoder, quantizer, decoder }),
    imageSize: { height: size, width: size },
    grid: { rows: side, columns: side },
    blocks: depth + decoderDepth,
  };
}

/** Residual blocks: a 3 x 3 convolution, then one of single positions, each with a norm over the channels. */
function blocksOf(count: number, dim: number, epsilon: number): TensorLayer {
  const unit = (kernelSize: number, isActive: boolean) =>
    sequential({
      convolution: convolution2d({ in: dim, out: dim, kernelSize, padding: (kernelSize - 1) / 2, bias: false }),
      norm: layerNorm({ dim, epsilon }),
      activation: isActive ? activation('relu') : undefined,
    });
  const block = () => residualConvolution({ first: unit(3, true), second: unit(1, false) });
  return sequential(Object.fromEntries(Array.from({ length: count }, (_, i) => [i, block()])));
}

/** The mappings of an image tokenizer, whose paths begin with `tree`, its names in a checkpoint with `checkpoint`. */
export function imageTokenizerMappings(tree: string, checkpoint = tree): WeightMapping[] {
  const alike = (names: readonly string[]) => Object.fromEntries(names.map(name => [name, name]));
  const convolutions = ['encoder.patches', 'decoder.first', 'decoder.smooth', 'decoder.last'];
  const inBlocks = ['first', 'second'].flatMap(unit => [`${unit}.convolution`, `${unit}.norm`]);
  const inAxes = [2, 0, 1];
  return [
    ...moduleNames(alike(convolutions), { checkpoint, tree, inAxes }),
    ...moduleNames(alike(['encoder.projection', 'decoder.up']), { checkpoint, tree }),
    ...['encoder', 'decoder'].flatMap(side => {
      const blocks = `${side}.blocks.*.`;
      return moduleNames(alike(inBlocks), { checkpoint: checkpoint + blocks, tree: tree + blocks, inAxes });
    }),
    { checkpointName: `${checkpoint}quantizer.codebook`, path: `${tree}quantizer.codebook` },
  ];
}

/** Sizes of `residualImageTokensConfig`. */
export interface ResidualImageTokensSizes {
  /** Height and width of the pictures, in pixels. */
  readonly imageSize: number;
  /** How many pixels wide and high the square of a code is. */
  readonly factor: number;
  /** The number of codes. */
  readonly codes: number;
  /** The width of their vectors. */
  readonly codeDim: number;
  /** The channels of the convolutions. */
  readonly modelDim: number;
  /** The residual blocks of the encoder. */
  readonly encoderDepth: number;
  /** Those of the decoder. */
  readonly decoderDepth: number;
}

/** The `config.json` of a new autoencoder of pictures. */
export function residualImageTokensConfig(sizes: ResidualImageTokensSizes): Config {
  const names = {
    imageSize: 1,
    factor: 1,
    codes: 1,
    codeDim: 1,
    modelDim: 1,
    encoderDepth: 1,
    decoderDepth: 1,
  } as const;
  expectOptions('residualImageTokensConfig', sizes, names);
  return {
    architectures: [architecture],
    model_type: 'residual_image_tokens',
    image_size: sizes.imageSize,
    patch_size: sizes.factor,
    hidden_size: sizes.modelDim,
    codebook_size: sizes.codes,
    codebook_dim: sizes.codeDim,
    pixel_hidden_size: 16,
    num_encoder_blocks: sizes.encoderDepth,
    num_decoder_blocks: sizes.decoderDepth,
    layer_norm_eps: 1e-5,
  };
}
