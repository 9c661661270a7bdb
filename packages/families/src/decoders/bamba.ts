import { causal, selfAttention } from '@residual/attention';
import { rmsNorm } from '@residual/layers';
import { gatedMlp } from '@residual/mlp';
import { stateSpaceDual } from '@residual/sequence';
import { type TensorLayer, transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import { stateSpaceFromConfig } from '../config/state-space.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { moduleNames } from '../parts/names.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';
import { hybridAttention } from './hybrid-names.js';
import { stateSpaceDualMappings } from './state-space-dual-mappings.js';

/** Bamba (IBM 2024): the state spaces of Mamba 2, and some attention, which rotates half of each head. */
export const bamba: Family<CausalComposition> = {
  name: 'bamba',
  modelTypes: ['bamba'],
  architectures: ['BambaForCausalLM', 'BambaModel'],
  compose: (fields, options) => {
    const config = new ConfigReader('bamba', fields);
    const defaults = { modelDim: 4096, hiddenDim: 14336, depth: 32, heads: 32, kvHeads: 8 };
    const sizes = decoderSizes(config, { ...defaults, maxPositions: 262144, vocab: 128000 });
    const { modelDim, hiddenDim, depth } = sizes;
    const epsilon = config.number('rms_norm_eps', 1e-5);
    const norm = rmsNorm({ dim: modelDim, epsilon });
    const attention = selfAttention({
      ...headsOf(sizes),
      mask: causal(),
      bias: config.flag('attention_bias', false),
      positionEncoding: rotaryOf(config, { ...sizes, fraction: 0.5 }),
      dropout: config.dropout('attention_dropout'),
    });
    const stateSpace = stateSpaceDual(stateSpaceFromConfig(config, { modelDim, epsilon }));
    const mlp = gatedMlp({
      modelDim,
      hiddenDim,
      activation: config.activation('hidden_act', 'silu'),
      bias: config.flag('mlp_bias', false),
    });
    const attentionLayers = config.value('attn_layer_indices') ?? [];
    if (!Array.isArray(attentionLayers))
      return config.refuse('attn_layer_indices', attentionLayers, 'a list of layers');
    const block = Array.from({ length: depth }, (_, i) =>
      transformerBlock<TensorLayer, TensorLayer, TensorLayer>({
        norm,
        attention: attentionLayers.includes(i) ? attention : stateSpace,
        mlp,
      }),
    );
    const ignored = ['mamba_chunk_size', 'num_logits_to_keep', 'z_loss_coefficient'];
    return causalModel(config, options, { sizes, block, norm, tied: false, ignored });
  },
  prefix: 'model.',
  mappings: [
    { checkpointName: 'embed_tokens.weight', path: 'embedding.weight' },
    .../* @__PURE__ */ moduleNames({ input_layernorm: 'attentionNorm', pre_ff_layernorm: 'mlpNorm' }),
    .../* @__PURE__ */ hybridAttention(),
    .../* @__PURE__ */ stateSpaceDualMappings('layers.*.mamba', 'decoder.layers.*.attention'),
    .../* @__PURE__ */ moduleNames({
      'feed_forward.gate_proj': 'mlp.gate',
      'feed_forward.up_proj': 'mlp.up',
      'feed_forward.down_proj': 'mlp.down',
    }),
    { checkpointName: 'final_layernorm.weight', path: 'decoder.norm.weight' },
    { checkpointName: '/lm_head.weight', path: 'head.weight' },
  ],
  buffers: [],
  aliases: { 'model.embed_tokens.weight': 'lm_head.weight' },
  head: 'lm_head.weight',
};
