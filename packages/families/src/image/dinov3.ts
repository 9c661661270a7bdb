import { learnedTokens, patchRotary } from '@residual/embeddings';
import { layerScale, sequential } from '@residual/layers';
import { gatedMlp, mlp } from '@residual/mlp';
import { firstToken, imageEncoder, layerScaleBlock, stack } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import type { Family, ImageComposition, WeightMapping } from '../family.js';
import { moduleNames } from '../parts/names.js';
import { composeImage } from './compose-image.js';
import { type ImageFields, imageAttention, imageFields } from './image-fields.js';
import { imageBuffers, imageEmbeddingMappings, noRegisters } from './image-mappings.js';

/** DINOv3 (Siméoni et al. 2025): registers, and rotary positions over the patches of a picture of any size. */
export const dinov3: Family<ImageComposition> = /* @__PURE__ */ dinov3Family();

function dinov3Family(): Family<ImageComposition> {
  return {
    name: 'dinov3_vit',
    modelTypes: ['dinov3_vit'],
    architectures: ['DINOv3ViTModel'],
    compose: (config, { ignoreConfig = [] } = {}) => {
      const reader = new ConfigReader('dinov3_vit', config);
      const fields = imageFields(reader, {
        modelDim: 384,
        heads: 6,
        epsilon: 1e-5,
        attentionDropout: 'attention_dropout',
      });
      const { modelDim, depth, heads, imageSize, norm, patches } = fields;
      const count = reader.count('num_register_tokens', 0);
      const body = imageEncoder({
        patches,
        tokens: { class: learnedTokens({ dim: modelDim }) },
        registers: count > 0 ? learnedTokens({ dim: modelDim, count }) : undefined,
        encoder: stack({ block: blockOf(reader, fields, 1 + count), depth, norm }),
      });
      return composeImage(reader, {
        classes: { DINOv3ViTModel: { task: 'image-features', head: () => sequential({ pool: firstToken() }) } },
        body,
        sizes: { depth, heads, imageSize },
        ignoredFields: [...ignoredFields, ...ignoreConfig],
      });
    },
    prefix: '',
    mappings: [
      ...imageEmbeddingMappings('embeddings.patch_embeddings'),
      ...[...blockMappings(), ...moduleNames({ norm: 'norm' }, { checkpoint: '', tree: 'encoder.' })],
    ],
    buffers: [...imageBuffers(), noRegisters(), { name: /(^|\.)rope_embeddings\.inv_freq$/ }],
    aliases: {},
  };
}

/** The names of the blocks, with and without the prefix that newer files have. */
function blockMappings(): WeightMapping[] {
  const modules = moduleNames(
    {
      'attention.q_proj': 'attention.query',
      'attention.k_proj': 'attention.key',
      'attention.v_proj': 'attention.value',
      'attention.o_proj': 'attention.output',
      norm1: 'attentionNorm',
      norm2: 'mlpNorm',
      'mlp.gate_proj': 'mlp.gate',
      'mlp.up_proj': 'mlp.up',
      'mlp.down_proj': 'mlp.down',
    },
    { checkpoint: 'layer.*.', tree: 'encoder.layers.*.' },
  );
  const scales = ['attention', 'mlp'].map((part, i): WeightMapping => {
    return { checkpointName: `layer.*.layer_scale${i + 1}.lambda1`, path: `encoder.layers.*.${part}Scale.weight` };
  });
  return [...modules, ...scales].map(mapping => ({ ...mapping, otherNames: [`model.${mapping.checkpointName}`] }));
}

function blockOf(reader: ConfigReader, fields: ImageFields, prefix: number) {
  const { modelDim, heads, norm, activation } = fields;
  const settings = {
    modelDim,
    hiddenDim: reader.size('intermediate_size', 1536),
    activation,
    bias: reader.flag('mlp_bias', true),
  };
  const headDim = modelDim / heads;
  if (headDim % 4 !== 0)
    reader.refuse('hidden_size', modelDim, `a multiple of 4 for each of ${heads} heads, which its positions turn`);
  return layerScaleBlock({
    norm,
    attention: imageAttention(fields, {
      bias: {
        query: reader.flag('query_bias', true),
        key: reader.flag('key_bias', false),
        value: reader.flag('value_bias', true),
        output: reader.flag('proj_bias', true),
      },
      positionEncoding: patchRotary({ headDim, prefix, base: reader.number('rope_theta', 100) }),
    }),
    mlp: reader.flag('use_gated_mlp', false) ? gatedMlp(settings) : mlp(settings),
    scale: layerScale({ dim: modelDim, initial: reader.number('layerscale_value', 1) }),
  });
}

/** Fields of a backbone, and of training alone. */
const ignoredFields: readonly string[] = [
  ...['drop_path_rate', 'pos_embed_shift', 'pos_embed_jitter', 'pos_embed_rescale', 'apply_layernorm'],
  ...['reshape_hidden_states', 'out_features', 'out_indices', 'stage_names', 'return_class_token'],
  ...['attention_probs_dropout_prob', 'hidden_dropout_prob'],
];
