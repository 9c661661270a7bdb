import type { WeightMapping } from '../family.js';

const leaves = ['weight', 'bias'];

const linearMappings = (names: Readonly<Record<string, string>>): WeightMapping[] =>
  Object.entries(names).flatMap(([checkpointName, path]) =>
    leaves.map(leaf => ({ checkpointName: `${checkpointName}.${leaf}`, path: `${path}.${leaf}` })),
  );

const attentionMappings = (checkpointName: string, path: string): WeightMapping[] =>
  linearMappings({
    [`${checkpointName}.q_proj`]: `${path}.query`,
    [`${checkpointName}.k_proj`]: `${path}.key`,
    [`${checkpointName}.v_proj`]: `${path}.value`,
    [`${checkpointName}.out_proj`]: `${path}.output`,
  });

const sideMappings = (name: 'encoder' | 'decoder', input: 'source' | 'target'): WeightMapping[] => [
  { checkpointName: `${name}.embed_positions.weight`, path: `${input}.positions.weight` },
  ...linearMappings({
    [`${name}.layernorm_embedding`]: `${input}.onEmbedded`,
    [`${name}.layer_norm`]: `${name}.norm`,
  }),
  ...linearMappings({ [`${name}.layernorm_embedding`]: `${input}.positions.onTokens` }),
  ...attentionMappings(`${name}.layers.*.self_attn`, `${name}.layers.*.attention`),
  ...linearMappings({
    [`${name}.layers.*.self_attn_layer_norm`]: `${name}.layers.*.attentionNorm`,
    [`${name}.layers.*.fc1`]: `${name}.layers.*.mlp.up`,
    [`${name}.layers.*.fc2`]: `${name}.layers.*.mlp.down`,
    [`${name}.layers.*.final_layer_norm`]: `${name}.layers.*.mlpNorm`,
  }),
];

/**
 * The mappings of fairseq's encoder-decoders. Separate embeddings of source and target have other checkpoint names than
 * a shared one.
 */
export const fairseqMappings = (): readonly WeightMapping[] => [
  {
    checkpointName: 'encoder.embed_tokens.weight',
    path: 'source.embedding.weight',
    requires: 'target.embedding.weight',
  },
  { checkpointName: 'decoder.embed_tokens.weight', path: 'target.embedding.weight' },
  { checkpointName: 'shared.weight', path: 'source.embedding.weight' },
  ...sideMappings('encoder', 'source'),
  ...sideMappings('decoder', 'target'),
  ...attentionMappings('decoder.layers.*.encoder_attn', 'decoder.layers.*.crossAttention'),
  ...linearMappings({ 'decoder.layers.*.encoder_attn_layer_norm': 'decoder.layers.*.crossAttentionNorm' }),
  { checkpointName: '/lm_head.weight', path: 'head.weight' },
  { checkpointName: '/final_logits_bias', path: 'logitsBias', unitAxis: 0, defaultValue: 0 },
  { checkpointName: '/final_logits_bias', path: 'head.bias', unitAxis: 0, defaultValue: 0 },
];
