import { selfAttention } from '@residual/attention';
import { alibi } from '@residual/embeddings';
import { layerNorm, sequential } from '@residual/layers';
import { mlp } from '@residual/mlp';
import { parallelBlock, sharedNormBlock, transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import type { CausalComposition, Family } from '../family.js';
import { rotaryBuffers } from '../parts/buffers.js';
import { causalModel } from '../parts/causal-model.js';
import { causalMask } from '../parts/layer-types.js';
import { fusedAttention, moduleNames } from '../parts/names.js';
import { type DecoderSizes, decoderSizes, headsOf } from '../parts/sizes.js';

/**
 * Falcon (Almazrouei et al. 2023): attention and MLP side by side with one norm or two, or one after the other; one key
 * and value head, several or all; rotary positions or ALiBi.
 */
export const falcon: Family<CausalComposition> = {
  name: 'falcon',
  modelTypes: ['falcon'],
  architectures: ['FalconForCausalLM', 'FalconModel'],
  compose: (fields, options) => {
    const config = new ConfigReader('falcon', fields);
    const sizes = falconSizes(config);
    const { modelDim, hiddenDim } = sizes;
    const norm = layerNorm({ dim: modelDim, epsilon: config.number('layer_norm_epsilon', 1e-5) });
    const bias = config.flag('bias', false);
    const hasAlibi = config.flag('alibi', false);
    const rotary = rotaryOf(config, sizes);
    const dropout = config.dropout('attention_dropout');
    const parts = {
      norm,
      attention: selfAttention({
        ...headsOf(sizes),
        mask: causalMask(undefined),
        bias,
        positionEncoding: hasAlibi ? scaledAlibi(sizes) : rotary,
        dropout: hasAlibi ? dropout : undefined,
      }),
      mlp: mlp({ modelDim, hiddenDim, activation: config.activation('activation', 'gelu'), bias }),
      dropout: config.dropout('hidden_dropout'),
    };
    return causalModel(config, options, { sizes, block: blockOf(config, parts), norm, tied: true });
  },
  prefix: 'transformer.',
  mappings: [
    { checkpointName: 'word_embeddings.weight', path: 'embedding.weight' },
    .../* @__PURE__ */ moduleNames({ ln_f: 'decoder.norm' }, { checkpoint: '', tree: '' }),
    { checkpointName: '/lm_head.weight', path: 'head.weight' },
    .../* @__PURE__ */ moduleNames(
      { 'self_attention.query_key_value': fusedAttention },
      { checkpoint: 'h.*.', interleaved: 'heads' },
    ),
    .../* @__PURE__ */ moduleNames(
      {
        'self_attention.dense': 'attention.output',
        'mlp.dense_h_to_4h': 'mlp.up',
        'mlp.dense_4h_to_h': 'mlp.down',
      },
      { checkpoint: 'h.*.' },
    ),
    .../* @__PURE__ */ moduleNames(
      {
        ln_attn: 'attentionNorm.ofTwo',
        ln_mlp: 'mlpNorm.ofTwo',
        input_layernorm: 'attentionNorm',
        post_attention_layernorm: 'mlpNorm',
      },
      { checkpoint: 'h.*.' },
    ),
    .../* @__PURE__ */ moduleNames({ input_layernorm: 'norm' }, { checkpoint: 'h.*.' }),
  ],
  buffers: /* @__PURE__ */ rotaryBuffers(),
  aliases: { 'transformer.word_embeddings.weight': 'lm_head.weight' },
  head: 'lm_head.weight',
};

/**
 * ALiBi in bfloat16. The reference divides the scores and these biases by √headDim, and adds the biases once more (in
 * eager attention, whose outputs are the ones to agree with).
 */
function scaledAlibi({ heads, headDim }: DecoderSizes) {
  return alibi({ heads, scale: 2 / Math.sqrt(headDim), precision: 'bfloat16' });
}

/** The sizes, with the key and value heads that the kind of fused matrix has. */
function falconSizes(config: ConfigReader): DecoderSizes {
  const sizes = decoderSizes(
    config,
    { modelDim: 4544, depth: 32, heads: 71, maxPositions: 2048, vocab: 65024 },
    { modelDim: 'n_embed', kvHeads: 'num_kv_heads', hiddenDim: 'ffn_hidden_size' },
  );
  const isGrouped = config.flag('new_decoder_architecture', false);
  const hasOne = config.flag('multi_query', true);
  return isGrouped ? sizes : { ...sizes, kvHeads: hasOne ? 1 : sizes.heads };
}

/** The block of a config: `new_decoder_architecture` is always parallel, with as many norms as it says. */
function blockOf(config: ConfigReader, parts: Parameters<typeof parallelBlock>[0]) {
  const isNew = config.flag('new_decoder_architecture', false);
  const isParallel = config.flag('parallel_attn', true);
  const norms = config.size('num_ln_in_parallel_attn', isNew ? 2 : 1);
  if (norms > 2 || (norms === 2 && !isNew)) config.refuse('num_ln_in_parallel_attn', norms, isNew ? '1 or 2' : '1');
  if (!isParallel && isNew) config.refuse('parallel_attn', false, 'true with new_decoder_architecture');
  if (!isParallel) return transformerBlock(parts);
  // Wrapped, because the norms of a parallel block have other names in files than those of a sequential one.
  return norms === 2 ? parallelBlock({ ...parts, norm: sequential({ ofTwo: parts.norm }) }) : sharedNormBlock(parts);
}
