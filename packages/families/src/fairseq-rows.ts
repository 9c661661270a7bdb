import type { Row } from './family.js';

const leaves = ['weight', 'bias'];

const pairs = (names: Readonly<Record<string, string>>): Row[] =>
  Object.entries(names).flatMap(([theirs, ours]) =>
    leaves.map(leaf => ({ theirs: `${theirs}.${leaf}`, ours: `${ours}.${leaf}` })),
  );

const attention = (theirs: string, ours: string): Row[] =>
  pairs({
    [`${theirs}.q_proj`]: `${ours}.query`,
    [`${theirs}.k_proj`]: `${ours}.key`,
    [`${theirs}.v_proj`]: `${ours}.value`,
    [`${theirs}.out_proj`]: `${ours}.output`,
  });

const side = (name: 'encoder' | 'decoder', input: 'source' | 'target'): Row[] => [
  { theirs: `${name}.embed_positions.weight`, ours: `${input}.positions.weight` },
  ...pairs({ [`${name}.layernorm_embedding`]: `${input}.onEmbedded`, [`${name}.layer_norm`]: `${name}.norm` }),
  ...attention(`${name}.layers.*.self_attn`, `${name}.layers.*.attention`),
  ...pairs({
    [`${name}.layers.*.self_attn_layer_norm`]: `${name}.layers.*.attentionNorm`,
    [`${name}.layers.*.fc1`]: `${name}.layers.*.mlp.up`,
    [`${name}.layers.*.fc2`]: `${name}.layers.*.mlp.down`,
    [`${name}.layers.*.final_layer_norm`]: `${name}.layers.*.mlpNorm`,
  }),
];

/** The tensors of a file in the layout of fairseq's encoder-decoders. A table of its own for each language has another name than a shared one. */
export const fairseqRows = (): readonly Row[] => [
  { theirs: 'encoder.embed_tokens.weight', ours: 'source.embedding.weight', beside: 'target.embedding.weight' },
  { theirs: 'decoder.embed_tokens.weight', ours: 'target.embedding.weight' },
  { theirs: 'shared.weight', ours: 'source.embedding.weight' },
  ...side('encoder', 'source'),
  ...side('decoder', 'target'),
  ...attention('decoder.layers.*.encoder_attn', 'decoder.layers.*.crossAttention'),
  ...pairs({ 'decoder.layers.*.encoder_attn_layer_norm': 'decoder.layers.*.crossAttentionNorm' }),
  { theirs: '/lm_head.weight', ours: 'head.weight' },
  { theirs: '/final_logits_bias', ours: 'logitsBias', leading: true, absent: 0 },
  { theirs: '/final_logits_bias', ours: 'head.bias', leading: true, absent: 0 },
];
