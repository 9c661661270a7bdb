import { gridBias, gridBiasRows, gridPositions, learnedTokens } from '@residual/embeddings';
import { layerScale, linear, sequential } from '@residual/layers';
import {
  firstToken,
  imageEncoder,
  layerScaleBlock,
  meanOfPatches,
  stack,
  transformerBlock,
} from '@residual/transformer';
import { firstDifference } from '../checkpoint/first-difference.js';
import { ConfigReader } from '../config/config.js';
import { moduleMappings } from '../encoders/mappings.js';
import type { Buffer, Family, ImageComposition } from '../family.js';
import { composeImage } from './compose-image.js';
import { type ImageFields, imageAttention, imageFields, imageMlp } from './image-fields.js';
import { imageBuffers, imageEmbeddingMappings, vitBlockMappings } from './image-mappings.js';

/** BEiT (Bao et al. 2022): relative positions of patches as a bias on the scores, and scaled outputs of parts. */
export const beit: Family<ImageComposition> = /* @__PURE__ */ beitFamily();

function beitFamily(): Family<ImageComposition> {
  return {
    name: 'beit',
    modelTypes: ['beit'],
    architectures: ['BeitForImageClassification', 'BeitModel'],
    compose: (config, { ignoreConfig = [], withoutPooler = false } = {}) => {
      const reader = new ConfigReader('beit', config);
      const fields = imageFields(reader, { epsilon: 1e-12, attentionDropout: 'attention_probs_dropout_prob' });
      const { modelDim, depth, heads, imageSize, norm, grid, patches } = fields;
      const poolsMean = reader.flag('use_mean_pooling', true);
      const hasPositions = reader.flag('use_absolute_position_embeddings', false);
      const shared = reader.flag('use_shared_relative_position_bias', false) ? gridBias({ grid, heads }) : undefined;
      const body = imageEncoder({
        patches,
        tokens: { class: learnedTokens({ dim: modelDim }) },
        positionEncoding: hasPositions ? gridPositions({ grid, dim: modelDim, prefix: 1 }) : undefined,
        afterEmbedding: reader.dropout('hidden_dropout_prob'),
        encoder: stack({
          block: blockOf(reader, fields),
          depth,
          norm: poolsMean ? undefined : norm,
          positionEncoding: shared,
        }),
      });
      const pool = poolsMean ? { pool: meanOfPatches({ prefix: 1 }), norm } : { pool: firstToken() };
      return composeImage(reader, {
        classes: {
          BeitForImageClassification: {
            task: 'image-classification',
            head: labels => sequential({ ...pool, classifier: linear({ in: modelDim, out: labels }) }),
          },
          BeitModel: { task: 'image-features', head: () => sequential(withoutPooler ? { pool: pool.pool } : pool) },
        },
        body,
        sizes: { depth, heads, imageSize },
        ignoredFields: [...ignoredBeitFields, ...ignoreConfig],
      });
    },
    prefix: 'beit.',
    mappings: [
      ...imageEmbeddingMappings(),
      ...vitBlockMappings(),
      ...['encoder.layer.*.attention.attention.', 'encoder.'].map((at, i) => {
        const path = ['encoder.layers.*.attention.positions.weight', 'encoder.positions.weight'][i]!;
        return { checkpointName: `${at}relative_position_bias.relative_position_bias_table`, path };
      }),
      { checkpointName: 'encoder.layer.*.lambda_1', path: 'encoder.layers.*.attentionScale.weight' },
      { checkpointName: 'encoder.layer.*.lambda_2', path: 'encoder.layers.*.mlpScale.weight' },
      ...moduleMappings({
        layernorm: 'encoder.norm',
        'pooler.layernorm': 'head.norm',
        '/classifier': 'head.classifier',
      }),
    ],
    buffers: [...imageBuffers(), relativeIndex()],
    aliases: {},
  };
}

/** The rows of the table of relative positions, which files hold beside it. */
function relativeIndex(): Buffer {
  return {
    name: /relative_position_bias\.relative_position_index$/,
    findDifference: (values, _, config) => {
      const { grid } = imageFields(new ConfigReader('beit', config), {
        epsilon: 1e-12,
        attentionDropout: 'attention_probs_dropout_prob',
      });
      const expected = gridBiasRows(grid);
      return firstDifference(values, i => expected[i]!);
    },
  };
}

function blockOf(reader: ConfigReader, fields: ImageFields) {
  const { modelDim, heads, norm, grid } = fields;
  const initial = reader.number('layer_scale_init_value', 0.1);
  const isRelative = reader.flag('use_relative_position_bias', false);
  const parts = {
    norm,
    attention: imageAttention(fields, {
      bias: { query: true, key: false, value: true, output: true },
      ...(isRelative && { positionEncoding: gridBias({ grid, heads }) }),
    }),
    mlp: imageMlp(reader, fields),
    dropout: reader.dropout('hidden_dropout_prob'),
  };
  return initial > 0
    ? layerScaleBlock({ ...parts, scale: layerScale({ dim: modelDim, initial }) })
    : transformerBlock(parts);
}

/** Fields of segmentation, of masked patches, and of training alone. */
const ignoredBeitFields: readonly string[] = [
  ...['drop_path_rate', 'vocab_size', 'use_mask_token', 'use_auxiliary_head', 'auxiliary_loss_weight'],
  ...['auxiliary_channels', 'auxiliary_num_convs', 'auxiliary_concat_input', 'semantic_loss_ignore_index'],
  ...['out_features', 'out_indices', 'stage_names', 'add_fpn', 'reshape_hidden_states', 'pool_scales'],
];
