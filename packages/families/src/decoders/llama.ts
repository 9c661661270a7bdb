import { causal, selfAttention } from '@residual/attention';
import { rotary, rotaryFrequencies, tokenEmbedding } from '@residual/embeddings';
import { linear, rmsNorm } from '@residual/layers';
import { gatedMlp } from '@residual/mlp';
import { languageModel, stack, transformerBlock } from '@residual/transformer';
import { firstDifference } from '../checkpoint/first-difference.js';
import { type Config, ConfigReader } from '../config/config.js';
import { rotaryFromConfig } from '../config/rope.js';
import type { CausalComposition, Difference, Family } from '../family.js';
import { llamaGguf } from '../gguf/tables.js';

/**
 * Llama (Touvron et al. 2023) and other models with its layout: grouped heads, rotary positions, RMS norm, gated MLP.
 */
export const llama: Family<CausalComposition> = {
  name: 'llama',
  modelTypes: ['llama'],
  architectures: ['LlamaForCausalLM', 'LlamaModel'],
  compose: (fields, { ignoreConfig } = {}) => {
    const config = new ConfigReader('llama', fields);
    const modelDim = config.size('hidden_size', 4096);
    const heads = config.size('num_attention_heads', 32);
    const kvHeads = config.size('num_key_value_heads', heads);
    const headDim = config.size('head_dim', modelDim / heads);
    const depth = config.depth('num_hidden_layers', 32);
    const maxPositions = config.maxPositions('max_position_embeddings', 2048);
    const vocab = config.size('vocab_size', 32000);
    const { base, scaling } = rotaryFromConfig(config, maxPositions);
    const norm = rmsNorm({ dim: modelDim, epsilon: config.number('rms_norm_eps', 1e-6) });
    const block = transformerBlock({
      norm,
      attention: selfAttention({
        modelDim,
        heads,
        kvHeads,
        headDim,
        mask: causal(),
        bias: config.flag('attention_bias', false),
        positionEncoding: rotary({ headDim, storedPositions: maxPositions, base, scaling }),
        dropout: config.dropout('attention_dropout'),
      }),
      mlp: gatedMlp({
        modelDim,
        hiddenDim: config.size('intermediate_size', 11008),
        activation: config.activation('hidden_act', 'silu'),
        bias: config.flag('mlp_bias', false),
      }),
    });
    const tied = config.flag('tie_word_embeddings', false);
    config.expectValue('rope_interleaved', false);
    config.expectValue('use_sliding_window', false);
    const layerTypes = config.value('layer_types') ?? [];
    if (!(Array.isArray(layerTypes) && layerTypes.every(type => type === 'full_attention')))
      config.refuse('layer_types', layerTypes, 'full_attention for every layer');
    config.refuseUnread(['pretraining_tp', ...(ignoreConfig ?? [])]);
    const model = languageModel({
      embedding: tokenEmbedding({ vocab, dim: modelDim, padTokenId: config.tokenId('pad_token_id') }),
      decoder: stack({ block, depth, norm }),
      head: tied ? undefined : linear({ in: modelDim, out: vocab, bias: false, role: 'unembedding' }),
    });
    const scaledMaxPositions = scaling?.type === 'dynamic' ? Math.floor(scaling.factor * maxPositions) : maxPositions;
    return { kind: 'causal-lm', model, maxPositions: scaledMaxPositions, openEnded: true, depth, heads };
  },
  prefix: 'model.',
  mappings: [
    { checkpointName: 'embed_tokens.weight', path: 'embedding.weight' },
    { checkpointName: 'layers.*.input_layernorm.weight', path: 'decoder.layers.*.attentionNorm.weight' },
    { checkpointName: 'layers.*.self_attn.q_proj.weight', path: 'decoder.layers.*.attention.query.weight' },
    { checkpointName: 'layers.*.self_attn.q_proj.bias', path: 'decoder.layers.*.attention.query.bias' },
    { checkpointName: 'layers.*.self_attn.k_proj.weight', path: 'decoder.layers.*.attention.key.weight' },
    { checkpointName: 'layers.*.self_attn.k_proj.bias', path: 'decoder.layers.*.attention.key.bias' },
    { checkpointName: 'layers.*.self_attn.v_proj.weight', path: 'decoder.layers.*.attention.value.weight' },
    { checkpointName: 'layers.*.self_attn.v_proj.bias', path: 'decoder.layers.*.attention.value.bias' },
    { checkpointName: 'layers.*.self_attn.o_proj.weight', path: 'decoder.layers.*.attention.output.weight' },
    { checkpointName: 'layers.*.self_attn.o_proj.bias', path: 'decoder.layers.*.attention.output.bias' },
    { checkpointName: 'layers.*.post_attention_layernorm.weight', path: 'decoder.layers.*.mlpNorm.weight' },
    { checkpointName: 'layers.*.mlp.gate_proj.weight', path: 'decoder.layers.*.mlp.gate.weight' },
    { checkpointName: 'layers.*.mlp.gate_proj.bias', path: 'decoder.layers.*.mlp.gate.bias' },
    { checkpointName: 'layers.*.mlp.up_proj.weight', path: 'decoder.layers.*.mlp.up.weight' },
    { checkpointName: 'layers.*.mlp.up_proj.bias', path: 'decoder.layers.*.mlp.up.bias' },
    { checkpointName: 'layers.*.mlp.down_proj.weight', path: 'decoder.layers.*.mlp.down.weight' },
    { checkpointName: 'layers.*.mlp.down_proj.bias', path: 'decoder.layers.*.mlp.down.bias' },
    { checkpointName: 'norm.weight', path: 'decoder.norm.weight' },
    { checkpointName: '/lm_head.weight', path: 'head.weight' },
  ],
  buffers: [{ name: /(^|\.)rotary_emb\.inv_freq$/, findDifference: differsFromRotary }],
  aliases: { 'model.embed_tokens.weight': 'lm_head.weight' },
  head: 'lm_head.weight',
  gguf: /* @__PURE__ */ llamaGguf(),
};

/**
 * The angles per position [headDim / 2] of older files, in any of their precisions: with the scaling of the config, or
 * before it.
 */
function differsFromRotary(values: Float32Array, _: readonly number[], fields: Config): Difference | undefined {
  const config = new ConfigReader('llama', fields);
  const rotaryDim = 2 * values.length;
  const { base, scaling } = rotaryFromConfig(config, config.size('max_position_embeddings', 2048));
  const [scaled, plain] = [{ scaling }, {}].map(more => rotaryFrequencies({ rotaryDim, base, ...more }).frequencies);
  const rounding = (frequency: number) => 0.01 * frequency + 1e-7;
  return firstDifference(values, i => plain![i]!, rounding) && firstDifference(values, i => scaled![i]!, rounding);
}
