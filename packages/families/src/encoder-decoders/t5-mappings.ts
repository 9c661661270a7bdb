import type { WeightMapping } from '../family.js';

const projections = (checkpointName: string, path: string): WeightMapping[] =>
  Object.entries({ q: 'query', k: 'key', v: 'value', o: 'output' }).map(([short, long]) => ({
    checkpointName: `${checkpointName}.${short}.weight`,
    path: `${path}.${long}.weight`,
  }));

const sideMappings = (name: 'encoder' | 'decoder', mlpIndex: number): WeightMapping[] => {
  const [checkpointName, path] = [`${name}.block.*.layer`, `${name}.layers.*`];
  const dense = `${checkpointName}.${mlpIndex}.DenseReluDense`;
  return [
    {
      checkpointName: `${name}.block.0.layer.0.SelfAttention.relative_attention_bias.weight`,
      path: `${name}.positions.weight`,
    },
    {
      checkpointName: `${checkpointName}.0.SelfAttention.relative_attention_bias.weight`,
      path: `${path}.attention.positions.weight`,
    },
    ...projections(`${checkpointName}.0.SelfAttention`, `${path}.attention`),
    { checkpointName: `${checkpointName}.0.layer_norm.weight`, path: `${path}.attentionNorm.weight` },
    { checkpointName: `${dense}.wi_0.weight`, path: `${path}.mlp.gate.weight` },
    { checkpointName: `${dense}.wi_1.weight`, path: `${path}.mlp.up.weight`, requires: `${path}.mlp.gate.weight` },
    { checkpointName: `${dense}.wi.weight`, path: `${path}.mlp.up.weight` },
    { checkpointName: `${dense}.wo.weight`, path: `${path}.mlp.down.weight` },
    { checkpointName: `${checkpointName}.${mlpIndex}.layer_norm.weight`, path: `${path}.mlpNorm.weight` },
    { checkpointName: `${name}.final_layer_norm.weight`, path: `${name}.norm.weight` },
  ];
};

/** The mappings of the T5 families. A plain MLP has one up projection, a gated MLP also a gate. */
export const t5Mappings = (): readonly WeightMapping[] => [
  { checkpointName: 'shared.weight', path: 'source.embedding.weight' },
  ...sideMappings('encoder', 1),
  ...sideMappings('decoder', 2),
  ...projections('decoder.block.*.layer.1.EncDecAttention', 'decoder.layers.*.crossAttention'),
  { checkpointName: 'decoder.block.*.layer.1.layer_norm.weight', path: 'decoder.layers.*.crossAttentionNorm.weight' },
  { checkpointName: 'lm_head.weight', path: 'head.weight' },
];
