import { selfAttention } from '@residual/attention';
import { learnedPositions, tokenEmbedding } from '@residual/embeddings';
import { layerNorm } from '@residual/layers';
import { mlp } from '@residual/mlp';
import { stack, transformerBlock } from '@residual/transformer';
import { type Config, ConfigReader } from '../config/config.js';
import type { WeightMapping } from '../family.js';
import { moduleNames } from '../parts/names.js';

/**
 * The config of a tower, as a reader that names it: `NAME_dict` of older files in the place of `NAME`, as the reference
 * has it. Errors if it is no object.
 */
export function towerConfig(family: string, config: ConfigReader, name: string): ConfigReader {
  const given = config.value(`${name}_dict`, name) ?? {};
  config.value(name);
  if (typeof given !== 'object' || Array.isArray(given)) return config.refuse(name, given, 'the config of a tower');
  return new ConfigReader(`${family} ${name}`, given as Config);
}

/** Fields of the towers in published configs that no tower reads: what every config of older files had. */
export const ignoredTowerFields: readonly string[] = [
  ...['initializer_factor', 'projection_dim', 'add_cross_attention', 'tie_word_embeddings', 'typical_p'],
];

/** The defaults of a text tower. */
export interface TextTowerDefaults {
  readonly vocab: number;
  readonly modelDim: number;
  readonly heads: number;
  readonly hiddenDim: number;
  readonly maxPositions: number;
  readonly epsilon: number;
  readonly activation: string;
  /** Whether the blocks see only earlier tokens. */
  readonly causal: boolean;
}

/** The blocks and the input of a text tower: learned positions, pre-norm blocks, a norm. */
export function textTower(config: ConfigReader, defaults: TextTowerDefaults) {
  const modelDim = config.size('hidden_size', defaults.modelDim);
  const heads = config.size('num_attention_heads', defaults.heads);
  const depth = config.depth('num_hidden_layers', 12);
  const maxPositions = config.maxPositions('max_position_embeddings', defaults.maxPositions);
  const norm = layerNorm({ dim: modelDim, epsilon: config.number('layer_norm_eps', defaults.epsilon) });
  config.expectValue('dropout', 0);
  const block = transformerBlock({
    norm,
    attention: selfAttention({
      modelDim,
      heads,
      dropout: config.dropout('attention_dropout'),
      ...(defaults.causal && { mask: { causal: true } }),
    }),
    mlp: mlp({
      modelDim,
      hiddenDim: config.size('intermediate_size', defaults.hiddenDim),
      activation: config.activation('hidden_act', defaults.activation),
    }),
  });
  return {
    input: {
      embedding: tokenEmbedding({ vocab: config.size('vocab_size', defaults.vocab), dim: modelDim }),
      positionEncoding: learnedPositions({ maxPositions, dim: modelDim }),
    },
    blocks: stack({ block, depth, norm }),
    modelDim,
    heads,
    depth,
    maxPositions,
  };
}

/** The mappings of the blocks of a tower. */
export function towerBlocks(checkpoint: string, tree: string): WeightMapping[] {
  const modules = {
    'self_attn.q_proj': 'attention.query',
    'self_attn.k_proj': 'attention.key',
    'self_attn.v_proj': 'attention.value',
    'self_attn.out_proj': 'attention.output',
    layer_norm1: 'attentionNorm',
    layer_norm2: 'mlpNorm',
    'mlp.fc1': 'mlp.up',
    'mlp.fc2': 'mlp.down',
  } as const;
  return moduleNames(modules, { checkpoint: `${checkpoint}.encoder.layers.*.`, tree: `${tree}.layers.*.` });
}

/** The mappings of the towers of CLIP and SigLIP, but for their heads; `blocks` is the name of the text blocks. */
export function towerMappings(
  blocks: 'encoder' | 'decoder',
  patchAxes: readonly number[] | undefined,
): WeightMapping[] {
  const embeddings = { checkpoint: 'vision_model.embeddings.', tree: 'image.' };
  return [
    {
      checkpointName: 'vision_model.embeddings.patch_embedding.weight',
      path: 'image.patches.weight',
      ...(patchAxes && { inAxes: patchAxes }),
    },
    ...moduleNames({ patch_embedding: 'patches', position_embedding: 'positions' }, embeddings),
    ...towerBlocks('vision_model', 'image.encoder'),
    ...moduleNames(
      { token_embedding: 'embedding', position_embedding: 'positions' },
      { checkpoint: 'text_model.embeddings.', tree: 'text.' },
    ),
    ...towerBlocks('text_model', `text.${blocks}`),
    ...moduleNames({ final_layer_norm: 'norm' }, { checkpoint: 'text_model.', tree: `text.${blocks}.` }),
  ];
}

/** The ids of positions, which older files hold. */
export const positionIdBuffers = [{ name: /(^|\.)embeddings\.position_ids$/ }];
