import { gridPositions, learnedTokens } from '@residual/embeddings';
import { linear, sequential } from '@residual/layers';
import { firstToken, imageEncoder, stack, transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { activationLayer } from '../encoders/bert-parts.js';
import { moduleMappings } from '../encoders/mappings.js';
import type { Family, ImageComposition } from '../family.js';
import { composeImage } from './compose-image.js';
import { imageAttention, imageFields, imageMlp, qkvBias } from './image-fields.js';
import { imageBuffers, imageEmbeddingMappings, vitBlockMappings } from './image-mappings.js';

/** Vision Transformer (Dosovitskiy et al. 2021): a class token, learned positions, pre-norm blocks. */
export const vit: Family<ImageComposition> = /* @__PURE__ */ vitFamily();

function vitFamily(): Family<ImageComposition> {
  return {
    name: 'vit',
    modelTypes: ['vit'],
    architectures: ['ViTForImageClassification', 'ViTModel'],
    compose: (config, { ignoreConfig = [], withoutPooler = false } = {}) => {
      const reader = new ConfigReader('vit', config);
      const { body, fields } = vitBody(reader, ['class']);
      const { modelDim, depth, heads, imageSize } = fields;
      const classifier = (labels: number) =>
        sequential({ pool: firstToken(), classifier: linear({ in: modelDim, out: labels }) });
      return composeImage(reader, {
        classes: {
          ViTForImageClassification: { task: 'image-classification', head: classifier },
          ViTModel: {
            task: 'image-features',
            head: () => (withoutPooler ? sequential({ pool: firstToken() }) : vitPooler(reader, modelDim)),
          },
        },
        body,
        sizes: { depth, heads, imageSize },
        ignoredFields: [...ignoredVitFields, ...ignoreConfig],
      });
    },
    prefix: 'vit.',
    mappings: [
      ...imageEmbeddingMappings(),
      ...vitBlockMappings(),
      ...moduleMappings({ layernorm: 'encoder.norm', 'pooler.dense': 'head.pooler', '/classifier': 'head.classifier' }),
    ],
    buffers: imageBuffers(),
    aliases: {},
  };
}

/** Fields that no class reads, or only the one that fills in masked patches. */
export const ignoredVitFields: readonly string[] = ['encoder_stride', 'pooler_output_size', 'pooler_act'];

/** The encoder of ViT and DeiT with tokens of these names before the patches. */
export function vitBody(reader: ConfigReader, tokens: readonly string[]) {
  const fields = imageFields(reader, { epsilon: 1e-12, attentionDropout: 'attention_probs_dropout_prob' });
  const { modelDim, depth, norm, grid, patches } = fields;
  const dropout = reader.dropout('hidden_dropout_prob');
  const block = transformerBlock({
    norm,
    attention: imageAttention(fields, { bias: qkvBias(reader) }),
    mlp: imageMlp(reader, fields),
    dropout,
  });
  const body = imageEncoder({
    patches,
    tokens: Object.fromEntries(tokens.map(name => [name, learnedTokens({ dim: modelDim })])),
    positionEncoding: gridPositions({ grid, dim: modelDim, prefix: tokens.length }),
    afterEmbedding: dropout,
    encoder: stack({ block, depth, norm }),
  });
  return { body, fields };
}

/** The pooler of a class without a head: the class token through a dense layer and an activation. */
export function vitPooler(reader: ConfigReader, modelDim: number) {
  return sequential({
    pool: firstToken(),
    pooler: linear({ in: modelDim, out: reader.size('pooler_output_size', modelDim) }),
    activation: activationLayer(reader.activation('pooler_act', 'tanh')),
  });
}
