import { gridPositions, learnedTokens } from '@residual/embeddings';
import { layerScale, linear, sequential } from '@residual/layers';
import { gatedMlp, mlp } from '@residual/mlp';
import { classAndMeanOfPatches, firstToken, imageEncoder, layerScaleBlock, stack } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { moduleMappings } from '../encoders/mappings.js';
import type { Family, ImageComposition } from '../family.js';
import { composeImage } from './compose-image.js';
import { type ImageFields, imageAttention, imageFields, qkvBias } from './image-fields.js';
import { imageBuffers, imageEmbeddingMappings, noRegisters, vitAttention } from './image-mappings.js';

/** DINOv2 (Oquab et al. 2024): ViT with scaled outputs of parts, and gated MLPs in the largest. */
export const dinov2: Family<ImageComposition> = /* @__PURE__ */ dinov2Family({
  name: 'dinov2',
  className: 'Dinov2',
  patch: 14,
  hasRegisters: false,
});

/** DINOv2 with registers (Darcet et al. 2024): tokens beside the class token that keep what concerns all patches. */
export const dinov2WithRegisters: Family<ImageComposition> = /* @__PURE__ */ dinov2Family({
  name: 'dinov2_with_registers',
  className: 'Dinov2WithRegisters',
  patch: 16,
  hasRegisters: true,
});

interface Variant {
  readonly name: string;
  readonly className: string;
  /** The size of a patch where the config has none. */
  readonly patch: number;
  readonly hasRegisters: boolean;
}

function dinov2Family({ name, className, patch, hasRegisters }: Variant): Family<ImageComposition> {
  return {
    name,
    modelTypes: [name],
    architectures: [`${className}ForImageClassification`, `${className}Model`],
    compose: (config, { ignoreConfig = [] } = {}) => {
      const reader = new ConfigReader(name, config);
      const fields = imageFields(reader, { patch, epsilon: 1e-6, attentionDropout: 'attention_probs_dropout_prob' });
      const { modelDim, depth, heads, imageSize, norm, grid, patches } = fields;
      const count = hasRegisters ? reader.count('num_register_tokens', 4) : 0;
      const body = imageEncoder({
        patches,
        tokens: { class: learnedTokens({ dim: modelDim }) },
        positionEncoding: gridPositions({
          grid,
          dim: modelDim,
          prefix: 1,
          resize: hasRegisters ? 'bicubicAntialiased' : 'bicubic',
        }),
        registers: count > 0 ? learnedTokens({ dim: modelDim, count }) : undefined,
        afterEmbedding: reader.dropout('hidden_dropout_prob'),
        encoder: stack({ block: blockOf(reader, fields), depth, norm }),
      });
      const classifier = (labels: number) =>
        sequential({
          pool: classAndMeanOfPatches({ dim: modelDim, prefix: body.prefix }),
          classifier: linear({ in: 2 * modelDim, out: labels }),
        });
      return composeImage(reader, {
        classes: {
          [`${className}ForImageClassification`]: { task: 'image-classification', head: classifier },
          [`${className}Model`]: { task: 'image-features', head: () => sequential({ pool: firstToken() }) },
        },
        body,
        sizes: { depth, heads, imageSize },
        ignoredFields: [...ignoredFields, ...ignoreConfig],
      });
    },
    prefix: `${name}.`,
    mappings: [
      ...imageEmbeddingMappings(),
      ...moduleMappings(
        { ...vitAttention, norm1: 'attentionNorm', norm2: 'mlpNorm' },
        { from: 'encoder.layer.*.', to: 'encoder.layers.*.' },
      ),
      ...['weight', 'bias'].flatMap(mlpMappings),
      ...['attention', 'mlp'].map((part, i) => {
        const checkpointName = `encoder.layer.*.layer_scale${i + 1}.lambda1`;
        return { checkpointName, path: `encoder.layers.*.${part}Scale.weight` };
      }),
      ...moduleMappings({ layernorm: 'encoder.norm', '/classifier': 'head.classifier' }),
    ],
    buffers: hasRegisters ? [...imageBuffers(), noRegisters()] : imageBuffers(),
    aliases: {},
  };
}

/** The MLP of a block: gated, with gate and up in one matrix, or plain. */
function mlpMappings(leaf: string) {
  const [gate, up, down] = ['gate', 'up', 'down'].map(part => `encoder.layers.*.mlp.${part}.${leaf}`);
  const from = 'encoder.layer.*.mlp.';
  return [
    { checkpointName: `${from}weights_in.${leaf}`, path: [gate!, up!], requires: gate! },
    { checkpointName: `${from}weights_out.${leaf}`, path: down!, requires: gate! },
    { checkpointName: `${from}fc1.${leaf}`, path: up! },
    { checkpointName: `${from}fc2.${leaf}`, path: down! },
  ];
}

function blockOf(reader: ConfigReader, fields: ImageFields) {
  const { modelDim, norm, activation } = fields;
  const hiddenDim = Math.trunc(modelDim * reader.number('mlp_ratio', 4));
  const isGated = reader.flag('use_swiglu_ffn', false);
  const gatedDim = 8 * Math.ceil(Math.trunc((hiddenDim * 2) / 3) / 8);
  return layerScaleBlock({
    norm,
    attention: imageAttention(fields, { bias: qkvBias(reader) }),
    mlp: isGated ? gatedMlp({ modelDim, hiddenDim: gatedDim, bias: true }) : mlp({ modelDim, hiddenDim, activation }),
    scale: layerScale({ dim: modelDim, initial: reader.number('layerscale_value', 1) }),
  });
}

/** Fields of a backbone, of masked patches, and of training alone. */
const ignoredFields: readonly string[] = [
  ...['drop_path_rate', 'use_mask_token', 'apply_layernorm', 'reshape_hidden_states'],
  ...['out_features', 'out_indices', 'stage_names'],
];
