import type { Row } from './family.js';

const projections = (theirs: string, ours: string): Row[] =>
  Object.entries({ q: 'query', k: 'key', v: 'value', o: 'output' }).map(([short, long]) => ({
    theirs: `${theirs}.${short}.weight`,
    ours: `${ours}.${long}.weight`,
  }));

const side = (name: 'encoder' | 'decoder', perceptron: number): Row[] => {
  const [theirs, ours] = [`${name}.block.*.layer`, `${name}.layers.*`];
  const dense = `${theirs}.${perceptron}.DenseReluDense`;
  return [
    {
      theirs: `${name}.block.0.layer.0.SelfAttention.relative_attention_bias.weight`,
      ours: `${name}.positions.weight`,
    },
    ...projections(`${theirs}.0.SelfAttention`, `${ours}.attention`),
    { theirs: `${theirs}.0.layer_norm.weight`, ours: `${ours}.attentionNorm.weight` },
    { theirs: `${dense}.wi_0.weight`, ours: `${ours}.mlp.gate.weight` },
    { theirs: `${dense}.wi_1.weight`, ours: `${ours}.mlp.up.weight`, beside: `${ours}.mlp.gate.weight` },
    { theirs: `${dense}.wi.weight`, ours: `${ours}.mlp.up.weight` },
    { theirs: `${dense}.wo.weight`, ours: `${ours}.mlp.down.weight` },
    { theirs: `${theirs}.${perceptron}.layer_norm.weight`, ours: `${ours}.mlpNorm.weight` },
    { theirs: `${name}.final_layer_norm.weight`, ours: `${name}.norm.weight` },
  ];
};

/** The tensors of a file of the T5 family. Plain perceptrons have one matrix upwards, gated ones two. */
export const t5Rows = (): readonly Row[] => [
  { theirs: 'shared.weight', ours: 'source.embedding.weight' },
  ...side('encoder', 1),
  ...side('decoder', 2),
  ...projections('decoder.block.*.layer.1.EncDecAttention', 'decoder.layers.*.crossAttention'),
  { theirs: 'decoder.block.*.layer.1.layer_norm.weight', ours: 'decoder.layers.*.crossAttentionNorm.weight' },
  { theirs: 'lm_head.weight', ours: 'head.weight' },
];
