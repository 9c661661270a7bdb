import { causal, selfAttention } from '@residual/attention';
import { linear, rmsNorm, rmsNormAroundOne } from '@residual/layers';
import { gatedDelta, normThenGate } from '@residual/sequence';
import type { TensorLayer } from '@residual/transformer';
import type { ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import type { WeightMapping } from '../family.js';
import { layerTypes } from '../parts/layer-types.js';
import { moduleNames } from '../parts/names.js';
import { type DecoderSizes, decoderSizes, headsOf, type SizeDefaults } from '../parts/sizes.js';

/** The sizes of a Qwen that mixes by the gated delta rule. */
export function qwenHybridSizes(
  config: ConfigReader,
  defaults: Pick<SizeDefaults, 'hiddenDim' | 'heads' | 'kvHeads' | 'vocab'> & Partial<SizeDefaults>,
): DecoderSizes {
  return decoderSizes(config, { modelDim: 4096, depth: 32, headDim: 256, maxPositions: 32768, ...defaults });
}

/** The norm and the mixers of the blocks: the gated delta rule, and attention whose output has a gate. */
export function qwenHybridParts(config: ConfigReader, sizes: DecoderSizes) {
  const { modelDim, heads, headDim, depth } = sizes;
  const epsilon = config.number('rms_norm_eps', 1e-6);
  const bias = config.flag('attention_bias', false);
  const headNorm = rmsNormAroundOne({ dim: headDim, epsilon });
  const attention = selfAttention({
    ...headsOf(sizes),
    mask: causal(),
    bias,
    queryNorm: headNorm,
    keyNorm: headNorm,
    outputGate: linear({ in: modelDim, out: heads * headDim, bias, role: 'gate', heads }),
    positionEncoding: rotaryOf(config, { ...sizes, fraction: 0.25, ignored: ['mrope_section', 'mrope_interleaved'] }),
    dropout: config.dropout('attention_dropout'),
  });
  const valueDim = config.size('linear_value_head_dim', 128);
  const delta = gatedDelta({
    modelDim,
    heads: config.size('linear_num_value_heads', 32),
    keyHeads: config.size('linear_num_key_heads', 16),
    keyDim: config.size('linear_key_head_dim', 128),
    valueDim,
    kernelSize: config.size('linear_conv_kernel_dim', 4),
    activation: config.activation('hidden_act', 'silu'),
    norm: normThenGate({ norm: rmsNorm({ dim: valueDim, epsilon }) }),
  });
  const interval = config.size('full_attention_interval', 4);
  const types = layerTypes(config, {
    depth,
    types: ['full_attention', 'linear_attention'],
    otherwise: i => ((i + 1) % interval === 0 ? 'full_attention' : 'linear_attention'),
  });
  const mixers: TensorLayer[] = types.map(type => (type === 'full_attention' ? attention : delta));
  return { norm: rmsNormAroundOne({ dim: modelDim, epsilon }), mixers };
}

/** The names of attention whose queries and gates lie side by side for each head. */
export function gatedAttentionMappings(): WeightMapping[] {
  return [
    ...moduleNames({ 'self_attn.q_proj': ['attention.query', 'attention.outputGate'] }, { interleaved: 'heads' }).map(
      mapping => ({ ...mapping, requires: 'decoder.layers.*.attention.outputGate.weight' }),
    ),
    ...moduleNames(
      {
        'self_attn.k_proj': 'attention.key',
        'self_attn.v_proj': 'attention.value',
        'self_attn.o_proj': 'attention.output',
        'self_attn.q_norm': 'attention.queryNorm',
        'self_attn.k_norm': 'attention.keyNorm',
      },
      { requires: 'decoder.layers.*.attention.outputGate.weight' },
    ),
  ];
}
