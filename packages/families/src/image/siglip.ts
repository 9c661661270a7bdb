import { crossAttention } from '@residual/attention';
import { gridPositions, type PatchGrid } from '@residual/embeddings';
import { linear, sequential } from '@residual/layers';
import {
  attentionPooling,
  imageEncoder,
  lastToken,
  stack,
  textEncoder,
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

/** SigLIP (Zhai et al. 2023): two towers whose logits are judged one by one; a query pools the patches. */
export const siglip: Family<ImageTextComposition> = /* @__PURE__ */ siglipFamily({
  name: 'siglip',
  architecture: 'SiglipModel',
  readsPatches: false,
});

/** SigLIP 2 for pictures of any shape (Tschannen et al. 2025), which come as patches with a grid for each picture. */
export const siglip2: Family<ImageTextComposition> = /* @__PURE__ */ siglipFamily({
  name: 'siglip2',
  architecture: 'Siglip2Model',
  readsPatches: true,
});

interface Variant {
  readonly name: string;
  readonly architecture: string;
  /** Whether pictures come as patches, which the matrix of a file reads as they are. */
  readonly readsPatches: boolean;
}

function siglipFamily({ name, architecture, readsPatches }: Variant): Family<ImageTextComposition> {
  return {
    name,
    modelTypes: [name],
    architectures: [architecture],
    compose: (config, { ignoreConfig = [] } = {}) => {
      const reader = new ConfigReader(name, config);
      const [imageConfig, textConfig] = ['vision_config', 'text_config'].map(tower => towerConfig(name, reader, tower));
      const { model, imageSize, imageDepth, imageHeads } = imageTower(imageConfig!, readsPatches);
      const text = textTower(textConfig!, {
        vocab: 32000,
        modelDim: 768,
        heads: 12,
        hiddenDim: 3072,
        maxPositions: 64,
        epsilon: 1e-6,
        activation: 'gelu_pytorch_tanh',
        causal: false,
      });
      const head = sequential({
        pool: lastToken(), // padding too
        projection: linear({ in: text.modelDim, out: textConfig!.size('projection_size', text.modelDim) }),
      });
      const textModel = withHead(textEncoder({ ...text.input, encoder: text.blocks }), head);
      reader.refuseUnread(['initializer_factor', ...ignoreConfig]);
      for (const tower of [imageConfig!, textConfig!]) tower.refuseUnread([...ignoredTowerFields, ...ignoreConfig]);
      const { depth, heads, maxPositions } = text;
      return {
        kind: 'image-text',
        model: twoTowerModel({ image: model, text: textModel, bias: true }),
        ...(!readsPatches && { imageSize }),
        ...{ imageDepth, imageHeads, side: 'text.encoder', scores: 'sigmoid', readsPadding: true },
        ...{ depth, heads, maxPositions },
      };
    },
    prefix: '',
    mappings: [
      ...towerMappings('encoder', readsPatches ? undefined : patchAxes),
      ...moduleNames({ post_layernorm: 'norm' }, { checkpoint: 'vision_model.', tree: 'image.encoder.' }),
      ...poolingMappings(),
      ...moduleNames({ head: 'projection' }, { checkpoint: 'text_model.', tree: 'text.head.' }),
      { checkpointName: 'logit_scale', path: 'logScale', unitAxis: 0 },
      { checkpointName: 'logit_bias', path: 'bias', unitAxis: 0 },
    ],
    buffers: positionIdBuffers,
    aliases: {},
  };
}

/** The head that pools the patches: queries, keys and values in one matrix. */
function poolingMappings() {
  const [checkpoint, tree] = ['vision_model.head.', 'image.head.'];
  return [
    { checkpointName: `${checkpoint}probe`, path: `${tree}probe`, unitAxis: [0, 0] as const },
    ...['weight', 'bias'].map(leaf => {
      const path = ['query', 'key', 'value'].map(part => `${tree}attention.${part}.${leaf}`);
      return { checkpointName: `${checkpoint}attention.in_proj_${leaf}`, path };
    }),
    ...moduleNames(
      { 'attention.out_proj': 'attention.output', layernorm: 'norm', 'mlp.fc1': 'mlp.up', 'mlp.fc2': 'mlp.down' },
      { checkpoint, tree },
    ),
  ];
}

/** The vision transformer without a class token. */
function imageTower(config: ConfigReader, readsPatches: boolean) {
  const fields = imageFields(config, {
    epsilon: 1e-6,
    activation: 'gelu_pytorch_tanh',
    attentionDropout: 'attention_dropout',
    ...(readsPatches && { grid: tableGrid(config) }),
  });
  const { modelDim, depth, heads, imageSize, norm, grid, patches } = fields;
  config.expectValue('vision_use_head', true);
  const mlp = imageMlp(config, fields);
  const block = transformerBlock({ norm, attention: imageAttention(fields), mlp });
  const body = imageEncoder({
    patches,
    positionEncoding: gridPositions({ grid, dim: modelDim, ...(readsPatches && { resize: 'bilinearAntialiased' }) }),
    encoder: stack({ block, depth, norm }),
  });
  const attention = crossAttention({ modelDim, heads });
  const head = attentionPooling({ dim: modelDim, attention, norm, mlp });
  return { model: withImageHead(body, head), imageSize, imageDepth: depth, imageHeads: heads };
}

/** The square grid of the table of positions, which `num_patches` gives. */
function tableGrid(config: ConfigReader): PatchGrid {
  const count = config.size('num_patches', 256);
  const side = Math.floor(Math.sqrt(count));
  if (side * side !== count) config.refuse('num_patches', count, 'the square of a whole number');
  return { rows: side, columns: side };
}
