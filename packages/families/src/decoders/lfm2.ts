import { causal, selfAttention } from '@residual/attention';
import { rotary, tokenEmbedding } from '@residual/embeddings';
import { linear, rmsNorm } from '@residual/layers';
import { gatedMlp } from '@residual/mlp';
import { shortConvolution } from '@residual/sequence';
import { languageModel, stack, type TensorLayer, transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryFromConfig } from '../config/rope.js';
import type { CausalComposition, Family, WeightMapping } from '../family.js';
import { layerTypes } from '../parts/layer-types.js';

/** LFM2 (Liquid AI 2025): most blocks mix by a short convolution with gates, some by attention with normed heads. */
export const lfm2: Family<CausalComposition> = {
  name: 'lfm2',
  modelTypes: ['lfm2'],
  architectures: ['Lfm2ForCausalLM', 'Lfm2Model'],
  compose: (fields, { ignoreConfig } = {}) => {
    const config = new ConfigReader('lfm2', fields);
    const parts = lfm2Parts(config);
    const { modelDim, norm, depth, mixers } = parts;
    const mlp = gatedMlp({ modelDim, hiddenDim: hiddenDimOf(config) });
    config.refuseUnread([...harmless, ...(ignoreConfig ?? [])]);
    const model = languageModel({
      embedding: parts.embedding,
      decoder: stack({ block: mixers.map(attention => transformerBlock({ norm, attention, mlp })), norm }),
      head: parts.head,
    });
    return { kind: 'causal-lm', model, maxPositions: parts.maxPositions, openEnded: true, depth, heads: parts.heads };
  },
  prefix: 'model.',
  mappings: /* @__PURE__ */ lfm2Mappings([
    { checkpointName: 'layers.*.feed_forward.w1.weight', path: 'decoder.layers.*.mlp.gate.weight' },
    { checkpointName: 'layers.*.feed_forward.w3.weight', path: 'decoder.layers.*.mlp.up.weight' },
    { checkpointName: 'layers.*.feed_forward.w2.weight', path: 'decoder.layers.*.mlp.down.weight' },
  ]),
  buffers: [],
  aliases: { 'model.embed_tokens.weight': 'lm_head.weight' },
  head: 'lm_head.weight',
};

/** Everything of LFM2 but its mlps. */
export function lfm2Parts(config: ConfigReader) {
  const modelDim = config.size('hidden_size', 2560);
  const heads = config.size('num_attention_heads', 32);
  const headDim = modelDim / heads;
  const depth = config.depth('num_hidden_layers', 32);
  const maxPositions = config.maxPositions('max_position_embeddings', 128000);
  const vocab = config.size('vocab_size', 65536);
  const epsilon = config.number('norm_eps', 1e-5);
  const headNorm = rmsNorm({ dim: headDim, epsilon });
  const attention = selfAttention({
    ...{ modelDim, heads, headDim },
    kvHeads: config.size('num_key_value_heads', 8),
    mask: causal(),
    bias: false,
    queryNorm: headNorm,
    keyNorm: headNorm,
    positionEncoding: rotary({ headDim, storedPositions: maxPositions, ...rotaryFromConfig(config, maxPositions) }),
  });
  const convolution = shortConvolution({
    modelDim,
    kernelSize: config.size('conv_L_cache', 3),
    bias: config.flag('conv_bias', false),
  });
  const attentionLayers = config.value('full_attn_idxs');
  const types = layerTypes(config, {
    depth,
    types: ['full_attention', 'conv'],
    otherwise: i => (Array.isArray(attentionLayers) && !attentionLayers.includes(i) ? 'conv' : 'full_attention'),
  });
  const mixers: TensorLayer[] = types.map(type => (type === 'conv' ? convolution : attention));
  const tied = config.flag('tie_word_embeddings', config.flag('tie_embedding', true));
  return {
    ...{ modelDim, heads, depth, maxPositions, mixers, norm: rmsNorm({ dim: modelDim, epsilon }) },
    embedding: tokenEmbedding({ vocab, dim: modelDim, padTokenId: config.tokenId('pad_token_id') }),
    head: tied ? undefined : linear({ in: modelDim, out: vocab, bias: false, role: 'unembedding' }),
  };
}

/** The width of the mlp, which the file gives as it was before it was adjusted. */
function hiddenDimOf(config: ConfigReader): number {
  const given = config.size('intermediate_size', config.size('block_ff_dim', 12288));
  const multiplier = config.number('block_ffn_dim_multiplier', 1);
  const multiple = config.size('block_multiple_of', 256);
  if (!config.flag('block_auto_adjust_ff_dim', true)) return given;
  return multiple * Math.ceil(Math.floor(multiplier * Math.floor((2 * given) / 3)) / multiple);
}

/** The tensors of LFM2 with those of its mlps. */
export function lfm2Mappings(mlp: readonly WeightMapping[]): WeightMapping[] {
  const [stored, block] = ['layers.*', 'decoder.layers.*'];
  const attention = `${block}.attention`;
  return [
    { checkpointName: 'embed_tokens.weight', path: 'embedding.weight' },
    { checkpointName: `${stored}.operator_norm.weight`, path: `${block}.attentionNorm.weight` },
    { checkpointName: `${stored}.ffn_norm.weight`, path: `${block}.mlpNorm.weight` },
    { checkpointName: `${stored}.conv.in_proj.weight`, path: `${attention}.input.weight` },
    { checkpointName: `${stored}.conv.in_proj.bias`, path: `${attention}.input.bias` },
    { checkpointName: `${stored}.conv.conv.weight`, path: `${attention}.convolution.weight`, unitAxis: 1 },
    { checkpointName: `${stored}.conv.conv.bias`, path: `${attention}.convolution.bias` },
    {
      checkpointName: `${stored}.conv.out_proj.weight`,
      path: `${attention}.output.weight`,
      requires: `${attention}.convolution.weight`,
    },
    { checkpointName: `${stored}.conv.out_proj.bias`, path: `${attention}.output.bias` },
    { checkpointName: `${stored}.self_attn.q_proj.weight`, path: `${attention}.query.weight` },
    { checkpointName: `${stored}.self_attn.k_proj.weight`, path: `${attention}.key.weight` },
    { checkpointName: `${stored}.self_attn.v_proj.weight`, path: `${attention}.value.weight` },
    { checkpointName: `${stored}.self_attn.out_proj.weight`, path: `${attention}.output.weight` },
    { checkpointName: `${stored}.self_attn.q_layernorm.weight`, path: `${attention}.queryNorm.weight` },
    { checkpointName: `${stored}.self_attn.k_layernorm.weight`, path: `${attention}.keyNorm.weight` },
    ...mlp,
    { checkpointName: 'embedding_norm.weight', path: 'decoder.norm.weight' },
    { checkpointName: '/lm_head.weight', path: 'head.weight' },
  ];
}

/** Fields of other implementations and of initial values. */
const harmless: readonly string[] = [
  ...['block_dim', 'block_mlp_init_scale', 'block_norm_eps', 'block_out_init_scale', 'block_use_swiglu'],
  ...['block_use_xavier_init', 'conv_dim', 'conv_dim_out', 'conv_use_xavier_init', 'use_pos_enc'],
];
