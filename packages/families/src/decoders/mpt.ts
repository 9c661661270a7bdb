import { selfAttention } from '@residual/attention';
import { alibi, alibiSlopes } from '@residual/embeddings';
import { layerNorm } from '@residual/layers';
import { mlp } from '@residual/mlp';
import { transformerBlock } from '@residual/transformer';
import { type Config, ConfigReader } from '../config/config.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { clipOf } from '../parts/clip.js';
import { causalMask } from '../parts/layer-types.js';
import { fusedAttention, moduleNames } from '../parts/names.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';

/** MPT (MosaicML 2023): ALiBi with slopes of its own, no biases, a bound on queries, keys and values. */
export const mpt: Family<CausalComposition> = {
  name: 'mpt',
  modelTypes: ['mpt'],
  architectures: ['MptForCausalLM', 'MptModel'],
  compose: (fields, options) => {
    const config = new ConfigReader('mpt', fields);
    const sizes = decoderSizes(
      config,
      { modelDim: 2048, depth: 24, heads: 16, maxPositions: 2048, vocab: 50368 },
      { modelDim: 'd_model', depth: 'n_layers', heads: 'n_heads', maxPositions: 'max_seq_len' },
    );
    const { modelDim, heads } = sizes;
    const norm = layerNorm({ dim: modelDim, epsilon: config.number('layer_norm_epsilon', 1e-5), bias: false });
    const inner = attentionConfig(config);
    const scale = inner.optionalNumber('softmax_scale');
    const dropout = inner.dropout('attn_pdrop');
    const block = transformerBlock({
      norm,
      attention: selfAttention({
        ...headsOf(sizes),
        mask: causalMask(undefined),
        bias: false,
        positionEncoding: alibi({ heads, slopes: mptSlopes(heads) }),
        ...(scale !== undefined && { scale }),
        onProjected: inner.value('clip_qkv') === 0 ? undefined : clipOf(inner),
        dropout,
      }),
      mlp: mlp({ modelDim, hiddenDim: 4 * modelDim, bias: false }),
      dropout,
    });
    inner.refuseUnread(['attn_impl', 'attn_uses_sequence_id', 'alibi_bias_max']);
    config.expectValue('no_bias', true);
    config.expectValue('logit_scale', null);
    return causalModel(config, options, { sizes, block, norm, tied: true, ignored });
  },
  prefix: 'transformer.',
  mappings: [
    { checkpointName: 'wte.weight', path: 'embedding.weight' },
    { checkpointName: 'norm_f.weight', path: 'decoder.norm.weight' },
    { checkpointName: '/lm_head.weight', path: 'head.weight' },
    .../* @__PURE__ */ moduleNames(
      {
        norm_1: 'attentionNorm',
        norm_2: 'mlpNorm',
        'attn.Wqkv': fusedAttention,
        'attn.out_proj': 'attention.output',
        'ffn.up_proj': 'mlp.up',
        'ffn.down_proj': 'mlp.down',
      },
      { checkpoint: 'blocks.*.' },
    ),
  ],
  buffers: [],
  aliases: { 'transformer.wte.weight': 'lm_head.weight' },
  head: 'lm_head.weight',
};

/** Settings of training, or that the reference does not read: it computes positions by ALiBi alone. */
const ignored = [
  'expansion_ratio',
  'resid_pdrop',
  'emb_pdrop',
  'learned_pos_emb',
  'init_device',
  'init_config',
  'embedding_fraction',
  'norm_type',
  'tokenizer_name',
  'verbose',
];

/** The settings of the attention. Errors on those that are not supported. */
function attentionConfig(config: ConfigReader): ConfigReader {
  const value = config.value('attn_config') ?? {};
  if (typeof value !== 'object' || Array.isArray(value)) return config.refuse('attn_config', value, 'an object');
  const { alibi: hasAlibi = true } = value as Config;
  if (hasAlibi !== true) config.refuse('attn_config.alibi', hasAlibi, 'true');
  const inner = new ConfigReader('mpt: attn_config', value as Config);
  const fixed = { alibi: true, attn_type: 'multihead_attention', prefix_lm: false, qk_ln: false };
  for (const [field, allowed] of Object.entries(fixed)) inner.expectValue(field, allowed);
  return inner;
}

/**
 * 2^(-8 h / n) for h = 1, ..., n of the next power of two n; if there are fewer heads, every second one first. The
 * reference does not read `alibi_bias_max`.
 */
function mptSlopes(heads: number): number[] {
  const all = alibiSlopes(2 ** Math.ceil(Math.log2(heads)));
  if (all.length === heads) return all;
  const [even, odd] = [0, 1].map(rest => all.filter((_, h) => h % 2 === rest));
  return [...odd!, ...even!].slice(0, heads);
}
