import { gridPositions, learnedTokens } from '@residual/embeddings';
import { linear, sequential } from '@residual/layers';
import {
  firstToken,
  imageEncoder,
  stack,
  textDecoder,
  tokenWithId,
  transformerBlock,
  twoTowerModel,
  withHead,
  withImageHead,
} from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import type { Family, ImageTextComposition } from '../family.js';
import { moduleNames } from '../parts/names.js';
import { imageAttention, imageFields, imageMlp } from './image-fields.js';
import { patchAxes } from './image-mappings.js';
import { ignoredTowerFields, positionIdBuffers, textTower, towerConfig, towerMappings } from './two-towers.js';

/** CLIP (Radford et al. 2021): a vision transformer and a causal text model whose vectors are compared. */
export const clip: Family<ImageTextComposition> = /* @__PURE__ */ clipFamily();

/** The `eos_token_id` of first configs, which is not the id of the token: the largest id ends a text then. */
const formerEndId = 2;

function clipFamily(): Family<ImageTextComposition> {
  return {
    name: 'clip',
    modelTypes: ['clip'],
    architectures: ['CLIPModel'],
    compose: (config, { ignoreConfig = [] } = {}) => {
      const reader = new ConfigReader('clip', config);
      const [imageConfig, textConfig] = ['vision_config', 'text_config'].map(name => towerConfig('clip', reader, name));
      const dim = reader.size('projection_dim', 512);
      const image = imageTower(imageConfig!, dim);
      const text = textTower(textConfig!, {
        vocab: 49408,
        modelDim: 512,
        heads: 8,
        hiddenDim: 2048,
        maxPositions: 77,
        epsilon: 1e-5,
        activation: 'quick_gelu',
        causal: true,
      });
      const endId = textConfig!.tokenId('eos_token_id') ?? 49407;
      const body = textDecoder({ ...text.input, decoder: text.blocks });
      const head = sequential({
        pool: tokenWithId(endId === formerEndId ? {} : { tokenId: endId }),
        projection: linear({ in: text.modelDim, out: dim, bias: false }),
      });
      reader.refuseUnread([...ignoredFields, ...ignoreConfig]);
      for (const tower of [imageConfig!, textConfig!]) tower.refuseUnread([...ignoredTowerFields, ...ignoreConfig]);
      const { depth, heads, maxPositions } = text;
      return {
        kind: 'image-text',
        model: twoTowerModel({ image: image.model, text: withHead(body, head) }),
        ...image.sizes,
        ...{ side: 'text.decoder', scores: 'softmax', readsPadding: false },
        ...{ depth, heads, maxPositions },
      };
    },
    prefix: '',
    mappings: [
      ...towerMappings('decoder', patchAxes),
      { checkpointName: 'vision_model.embeddings.class_embedding', path: 'image.tokens.class.weight' },
      ...moduleNames(
        { pre_layrnorm: 'onEmbedded', post_layernorm: 'head.norm' },
        { checkpoint: 'vision_model.', tree: 'image.' },
      ),
      { checkpointName: 'visual_projection.weight', path: 'image.head.projection.weight' },
      { checkpointName: 'text_projection.weight', path: 'text.head.projection.weight' },
      { checkpointName: 'logit_scale', path: 'logScale' },
    ],
    buffers: positionIdBuffers,
    aliases: {},
  };
}

/** The vision transformer: a norm before its blocks, and one on the class token alone. */
function imageTower(config: ConfigReader, dim: number) {
  const fields = imageFields(config, {
    patch: 32,
    epsilon: 1e-5,
    activation: 'quick_gelu',
    attentionDropout: 'attention_dropout',
    patchBias: false,
  });
  const { modelDim, depth, heads, imageSize, norm, grid, patches } = fields;
  config.expectValue('dropout', 0);
  const block = transformerBlock({ norm, attention: imageAttention(fields), mlp: imageMlp(config, fields) });
  const body = imageEncoder({
    patches,
    tokens: { class: learnedTokens({ dim: modelDim }) },
    positionEncoding: gridPositions({ grid, dim: modelDim, prefix: 1 }),
    afterEmbedding: norm,
    encoder: stack({ block, depth }),
  });
  const head = sequential({ pool: firstToken(), norm, projection: linear({ in: modelDim, out: dim, bias: false }) });
  return { model: withImageHead(body, head), sizes: { imageSize, imageDepth: depth, imageHeads: heads } };
}

/** Fields of a start of training. */
const ignoredFields: readonly string[] = ['initializer_factor', 'logit_scale_init_value'];
