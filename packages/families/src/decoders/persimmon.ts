import { selfAttention } from '@residual/attention';
import { layerNorm } from '@residual/layers';
import { mlp } from '@residual/mlp';
import { transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { causalMask } from '../parts/layer-types.js';
import { fusedAttention, llamaLayout, llamaNorms, moduleNames } from '../parts/names.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';

/** Persimmon (Adept 2023): rotary positions on half of each head, norms on queries and keys, squared ReLU. */
export const persimmon: Family<CausalComposition> = {
  name: 'persimmon',
  modelTypes: ['persimmon'],
  architectures: ['PersimmonForCausalLM', 'PersimmonModel'],
  compose: (fields, options) => {
    const config = new ConfigReader('persimmon', fields);
    const sizes = decoderSizes(config, {
      modelDim: 4096,
      hiddenDim: 16384,
      depth: 36,
      heads: 64,
      maxPositions: 16384,
      vocab: 262144,
    });
    const { modelDim, hiddenDim, headDim } = sizes;
    const epsilon = config.number('layer_norm_eps', 1e-5);
    const norm = layerNorm({ dim: modelDim, epsilon });
    const headNorm = config.flag('qk_layernorm', true) ? layerNorm({ dim: headDim, epsilon }) : undefined;
    const block = transformerBlock({
      norm,
      attention: selfAttention({
        ...headsOf(sizes),
        mask: causalMask(undefined),
        positionEncoding: rotaryOf(config, { ...sizes, fraction: 0.5 }),
        queryNorm: headNorm,
        keyNorm: headNorm,
        dropout: config.dropout('attention_dropout'),
      }),
      mlp: mlp({ modelDim, hiddenDim, activation: config.activation('hidden_act', 'relu2') }),
      dropout: config.dropout('hidden_dropout'),
    });
    return causalModel(config, options, { sizes, block, norm, tied: false });
  },
  ...llamaLayout,
  mappings: [
    { checkpointName: 'embed_tokens.weight', path: 'embedding.weight' },
    .../* @__PURE__ */ moduleNames({ final_layernorm: 'decoder.norm' }, { checkpoint: '', tree: '' }),
    { checkpointName: '/lm_head.weight', path: 'head.weight' },
    .../* @__PURE__ */ moduleNames({ 'self_attn.query_key_value': fusedAttention }, { interleaved: 'heads' }),
    .../* @__PURE__ */ moduleNames({
      ...llamaNorms,
      'self_attn.dense': 'attention.output',
      'self_attn.q_layernorm': 'attention.queryNorm',
      'self_attn.k_layernorm': 'attention.keyNorm',
      'mlp.dense_h_to_4h': 'mlp.up',
      'mlp.dense_4h_to_h': 'mlp.down',
    }),
  ],
};
