import { learnedPositions, projectedEmbedding, tokenEmbedding } from '@residual/embeddings';
import { activation, convolution2d, layer, layerNorm, linear, sequential } from '@residual/layers';
import { expectInteger, expectOptions } from '@residual/tensor';
import {
  convolutionTower,
  type ImageInputs,
  meanOfTokens,
  residualConvolution,
  type TensorLayer,
  textEncoder,
  twoTowerModel,
  withHead,
} from '@residual/transformer';
import { type Config, ConfigReader } from '../config/config.js';
import type { Family, ImageTextComposition } from '../family.js';
import { moduleNames } from '../parts/names.js';
import { textTower, towerBlocks, towerConfig } from './two-towers.js';

/**
 * Residual's own small model of pictures and words: a tower of convolutions, and a text encoder over word vectors that
 * look both ways; compared as in SigLIP. `residual train images-and-words` trains it.
 */
export const residualClip: Family<ImageTextComposition> = /* @__PURE__ */ residualClipFamily();

function residualClipFamily(): Family<ImageTextComposition> {
  return {
    name: 'residual_clip',
    modelTypes: ['residual_clip'],
    architectures: ['ResidualClipModel'],
    compose: (config, { ignoreConfig = [] } = {}) => {
      const reader = new ConfigReader('residual_clip', config);
      const [imageConfig, textConfig] = ['vision_config', 'text_config'].map(name =>
        towerConfig('residual_clip', reader, name),
      );
      const dim = reader.size('projection_dim', 128);
      const widths = widthsOf(imageConfig!);
      const imageSize = imageConfig!.size('image_size', 48);
      const epsilon = imageConfig!.number('layer_norm_eps', 1e-5);
      const text = textTower(textConfig!, {
        vocab: 20000,
        modelDim: 128,
        heads: 4,
        hiddenDim: 512,
        maxPositions: 16,
        epsilon: 1e-5,
        activation: 'gelu',
        causal: false,
      });
      const wordDim = textConfig!.size('embedding_size', 100);
      const { depth, heads, maxPositions, modelDim, input } = text;
      const body = textEncoder({
        embedding: projectedEmbedding({
          embedding: tokenEmbedding({ vocab: input.embedding.vocab, dim: wordDim }),
          projection: linear({ in: wordDim, out: modelDim, bias: false, std: 2.8 / Math.sqrt(wordDim) }),
        }),
        positionEncoding: learnedPositions({ maxPositions, dim: modelDim }),
        encoder: text.blocks,
      });
      const projection = linear({ in: modelDim, out: dim, bias: false, std: 1 / Math.sqrt(modelDim) });
      reader.refuseUnread(ignoreConfig);
      for (const tower of [imageConfig!, textConfig!]) tower.refuseUnread(ignoreConfig);
      return {
        kind: 'image-text',
        model: twoTowerModel({
          image: imageTower(widths, epsilon, dim),
          text: withHead(body, sequential({ pool: meanOfTokens(), projection })),
          bias: true,
        }),
        imageSize: { height: imageSize, width: imageSize },
        imageDepth: widths.length,
        imageHeads: 0,
        ...{ side: 'text.encoder', scores: 'softmax', readsPadding: false },
        ...{ depth, heads, maxPositions },
      };
    },
    prefix: '',
    mappings: [
      ...moduleNames(
        {
          convolution: 'convolution',
          norm: 'norm',
          'first.convolution': 'first.convolution',
          'first.norm': 'first.norm',
          'second.convolution': 'second.convolution',
          'second.norm': 'second.norm',
        },
        { checkpoint: 'vision_model.layers.*.', tree: 'image.convolutions.layers.*.', inAxes: [2, 0, 1] },
      ),
      ...moduleNames(
        {
          'vision_model.projection': 'image.projection',
          'text_model.embeddings.token_embedding': 'text.embedding',
          'text_model.embeddings.projection': 'text.embedding.projection',
          'text_model.embeddings.position_embedding': 'text.positions',
          'text_model.final_layer_norm': 'text.encoder.norm',
          'text_model.projection': 'text.head.projection',
        },
        { checkpoint: '', tree: '' },
      ),
      ...towerBlocks('text_model', 'text.encoder'),
      { checkpointName: 'logit_scale', path: 'logScale' },
      { checkpointName: 'logit_bias', path: 'bias' },
    ],
    buffers: [],
    aliases: {},
  };
}

/** The most convolutions of stride 2, so that no config composes without end. */
const mostWidths = 12;

/** The channels after each convolution of stride 2. */
function widthsOf(config: ConfigReader): readonly number[] {
  const widths = config.value('hidden_sizes') ?? [24, 48, 96, 192];
  if (!Array.isArray(widths) || widths.length === 0 || widths.length > mostWidths)
    return config.refuse('hidden_sizes', widths, `a list of 1 to ${mostWidths} widths`);
  for (const width of widths) expectInteger('residual_clip', 'each of hidden_sizes', width, { min: 1, code: 'config' });
  return widths;
}

/**
 * 3 x 3 convolutions of stride 2, each but the first with a residual block behind it, all with a norm over the channels
 * and ReLU; then a projection: pictures to [batch, dim].
 */
function imageTower(widths: readonly number[], epsilon: number, dim: number) {
  const unit = (inDim: number, out: number, stride: number, isActive = true) =>
    sequential({
      convolution: convolution2d({ in: inDim, out, kernelSize: 3, stride, padding: 1, bias: false }),
      norm: layerNorm({ dim: out, epsilon }),
      activation: isActive ? activation('relu') : undefined,
    });
  const layers = widths.flatMap((width, i): TensorLayer[] => {
    const reduce = unit(widths[i - 1] ?? 3, width, 2);
    const block = () => residualConvolution({ first: unit(width, width, 1), second: unit(width, width, 1, false) });
    return i === 0 ? [reduce] : [reduce, block()];
  });
  const convolutions = convolutionTower({ layers });
  const inDim = widths.at(-1)!;
  const projection = linear({ in: inDim, out: dim, bias: false, std: 1 / Math.sqrt(inDim) });
  return layer(
    { convolutions, projection },
    (w, { pixels }: ImageInputs, scope) => {
      const x = convolutions(w.convolutions as never, pixels, scope.at('convolutions'));
      return projection(w.projection, x, scope.at('projection'));
    },
    { name: 'imageTower', inDim: 3, outDim: dim },
  );
}

/** Sizes of `residualClipConfig`. */
export interface ResidualClipSizes {
  /** The number of words. */
  readonly vocab: number;
  /** Width of the word vectors. */
  readonly wordDim: number;
  /** Height and width of the pictures. */
  readonly imageSize: number;
  /** The channels after each convolution of stride 2. */
  readonly widths: readonly number[];
  /** The width of the text encoder. */
  readonly modelDim: number;
  /** The heads of its attention. */
  readonly heads: number;
  /** Its blocks. */
  readonly depth: number;
  /** The longest text. */
  readonly maxPositions: number;
  /** The width of the space of pictures and texts. */
  readonly dim: number;
  /** The id of the padding token. */
  readonly pad: number;
}

/** The `config.json` of a new model of pictures and words. */
export function residualClipConfig(sizes: ResidualClipSizes): Config {
  const names = { vocab: 1, wordDim: 1, imageSize: 1, widths: 1, modelDim: 1, heads: 1, depth: 1 } as const;
  expectOptions('residualClipConfig', sizes, { ...names, maxPositions: 1, dim: 1, pad: 1 });
  return {
    architectures: ['ResidualClipModel'],
    model_type: 'residual_clip',
    projection_dim: sizes.dim,
    vision_config: { hidden_sizes: sizes.widths, image_size: sizes.imageSize, layer_norm_eps: 1e-5 },
    text_config: {
      vocab_size: sizes.vocab,
      embedding_size: sizes.wordDim,
      hidden_size: sizes.modelDim,
      intermediate_size: 4 * sizes.modelDim,
      num_attention_heads: sizes.heads,
      num_hidden_layers: sizes.depth,
      max_position_embeddings: sizes.maxPositions,
      hidden_act: 'gelu',
      layer_norm_eps: 1e-5,
      attention_dropout: 0,
      pad_token_id: sizes.pad,
    },
  };
}
