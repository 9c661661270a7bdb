import { bind, type Layer, type Linear, layer, linear, sequential } from '@residual/layers';
import { add, mul, reshape, sliceAxis, type Tensor } from '@residual/tensor';
import { firstToken } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { moduleMappings } from '../encoders/mappings.js';
import type { Family, ImageComposition } from '../family.js';
import { composeImage } from './compose-image.js';
import { imageBuffers, imageEmbeddingMappings, vitBlockMappings } from './image-mappings.js';
import { ignoredVitFields, vitBody, vitPooler } from './vit.js';

/**
 * DeiT (Touvron et al. 2021): ViT with a second token that learned from a teacher; one class averages the heads of both
 * tokens.
 */
export const deit: Family<ImageComposition> = /* @__PURE__ */ deitFamily();

function deitFamily(): Family<ImageComposition> {
  return {
    name: 'deit',
    modelTypes: ['deit'],
    architectures: ['DeiTForImageClassification', 'DeiTForImageClassificationWithTeacher', 'DeiTModel'],
    compose: (config, { ignoreConfig = [], withoutPooler = false } = {}) => {
      const reader = new ConfigReader('deit', config);
      const { body, fields } = vitBody(reader, ['class', 'distillation']);
      const { modelDim, depth, heads, imageSize } = fields;
      const classifier = (labels: number) =>
        sequential({ pool: firstToken(), classifier: linear({ in: modelDim, out: labels }) });
      return composeImage(reader, {
        classes: {
          DeiTForImageClassification: { task: 'image-classification', head: classifier },
          DeiTForImageClassificationWithTeacher: {
            task: 'image-classification',
            head: labels => averagedHeads(modelDim, labels),
          },
          DeiTModel: {
            task: 'image-features',
            head: () => (withoutPooler ? sequential({ pool: firstToken() }) : vitPooler(reader, modelDim)),
          },
        },
        body,
        sizes: { depth, heads, imageSize },
        ignoredFields: [...ignoredVitFields, ...ignoreConfig],
      });
    },
    prefix: 'deit.',
    mappings: [
      ...imageEmbeddingMappings(undefined, {
        'embeddings.cls_token': 'tokens.class.weight',
        'embeddings.distillation_token': 'tokens.distillation.weight',
      }),
      ...vitBlockMappings(),
      ...moduleMappings({
        layernorm: 'encoder.norm',
        'pooler.dense': 'head.pooler',
        '/classifier': 'head.classifier',
        '/cls_classifier': 'head.class',
        '/distillation_classifier': 'head.distillation',
      }),
    ],
    buffers: imageBuffers(),
    aliases: {},
  };
}

/** The mean of the scores of the class token and of the distillation token, [batch, length, dim] to [batch, labels]. */
function averagedHeads(
  dim: number,
  labels: number,
): Layer<{ readonly class: Linear; readonly distillation: Linear }, Tensor, Tensor> {
  const parts = { class: linear({ in: dim, out: labels }), distillation: linear({ in: dim, out: labels }) };
  return layer(
    parts,
    (w, x: Tensor, scope) => {
      const part = bind(parts, w, scope);
      const token = (index: number) => reshape(sliceAxis(x, 1, index, 1), [x.shape[0]!, dim]);
      return mul(add(part.class(token(0)), part.distillation(token(1))), 0.5);
    },
    { name: 'averagedHeads', inDim: dim, outDim: labels },
  );
}
