import { moduleMappings } from '../encoders/mappings.js';
import type { Buffer, WeightMapping } from '../family.js';

/** The order of the axes of a patch [height, width, channels] in files: channels, height, width. */
export const patchAxes: readonly number[] = [2, 0, 1];

/** The weights of the embeddings of ViT and its relatives. */
export function imageEmbeddingMappings(
  patches = 'embeddings.patch_embeddings.projection',
  tokens: Readonly<Record<string, string>> = { 'embeddings.cls_token': 'tokens.class.weight' },
): WeightMapping[] {
  return [
    ...Object.entries(tokens).map(([checkpointName, path]) => {
      return { checkpointName, path, unitAxis: [0, 0] } satisfies WeightMapping;
    }),
    { checkpointName: `${patches}.weight`, path: 'patches.weight', inAxes: patchAxes },
    { checkpointName: `${patches}.bias`, path: 'patches.bias' },
    { checkpointName: 'embeddings.register_tokens', path: 'registers.weight', unitAxis: 0 },
    { checkpointName: 'embeddings.position_embeddings', path: 'positions.weight', unitAxis: 0 },
  ];
}

/** The modules of the attention of ViT and its relatives. */
export const vitAttention = {
  'attention.attention.query': 'attention.query',
  'attention.attention.key': 'attention.key',
  'attention.attention.value': 'attention.value',
  'attention.output.dense': 'attention.output',
} as const;

/** The mappings of the blocks of ViT, DeiT and BEiT. */
export function vitBlockMappings(): WeightMapping[] {
  const paths = {
    ...vitAttention,
    layernorm_before: 'attentionNorm',
    layernorm_after: 'mlpNorm',
    'intermediate.dense': 'mlp.up',
    'output.dense': 'mlp.down',
  };
  return moduleMappings(paths, { from: 'encoder.layer.*.', to: 'encoder.layers.*.' });
}

/** The registers of a config that has none: an empty tensor. */
export function noRegisters(): Buffer {
  return {
    name: /(^|\.)embeddings\.register_tokens$/,
    findDifference: (values, _, config) =>
      (config.num_register_tokens ?? 1) === 0 && values.length > 0 ? { index: 0, expected: 0 } : undefined,
  };
}

/** What only pretraining used: the token of masked patches, the pooler where the head has none, and a decoder. */
export function imageBuffers(): Buffer[] {
  return [/(^|\.)embeddings\.mask_token$/, /(^|\.)pooler\.(dense|layernorm)\.(weight|bias)$/].map(name => ({ name }));
}
