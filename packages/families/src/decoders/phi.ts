import { selfAttention } from '@residual/attention';
import { layerNorm } from '@residual/layers';
import { mlp } from '@residual/mlp';
import { sharedNormBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { causalMask } from '../parts/layer-types.js';
import { llamaEnds, llamaLayout, moduleNames } from '../parts/names.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';

/**
 * Phi 1 and 2 (Gunasekar et al. 2023): attention and a plain MLP side by side after one norm, half of each head
 * rotated, biases everywhere, on the logits too.
 */
export const phi: Family<CausalComposition> = {
  name: 'phi',
  modelTypes: ['phi'],
  architectures: ['PhiForCausalLM', 'PhiModel'],
  compose: (fields, options) => {
    const config = new ConfigReader('phi', fields);
    const sizes = decoderSizes(config, {
      modelDim: 2048,
      hiddenDim: 8192,
      depth: 24,
      heads: 32,
      maxPositions: 2048,
      vocab: 51200,
    });
    const { modelDim, hiddenDim, headDim } = sizes;
    const epsilon = config.number('layer_norm_eps', 1e-5);
    const norm = layerNorm({ dim: modelDim, epsilon });
    const headNorm = config.flag('qk_layernorm', false) ? layerNorm({ dim: headDim, epsilon }) : undefined;
    const block = sharedNormBlock({
      norm,
      attention: selfAttention({
        ...headsOf(sizes),
        mask: causalMask(undefined),
        positionEncoding: rotaryOf(config, { ...sizes, fraction: 0.5 }),
        queryNorm: headNorm,
        keyNorm: headNorm,
        dropout: config.dropout('attention_dropout'),
      }),
      mlp: mlp({ modelDim, hiddenDim, activation: config.activation('hidden_act', 'gelu_new') }),
      dropout: config.dropout('resid_pdrop'),
    });
    const afterEmbedding = config.dropout('embd_pdrop');
    return causalModel(config, options, { sizes, block, norm, tied: false, headBias: true, afterEmbedding });
  },
  ...llamaLayout,
  mappings: [
    .../* @__PURE__ */ moduleNames({ final_layernorm: 'norm' }, { checkpoint: '', tree: 'decoder.' }),
    ...llamaEnds,
    { checkpointName: '/lm_head.bias', path: 'logitsBias' },
    .../* @__PURE__ */ moduleNames({
      input_layernorm: 'norm',
      'self_attn.q_proj': 'attention.query',
      'self_attn.k_proj': 'attention.key',
      'self_attn.v_proj': 'attention.value',
      'self_attn.dense': 'attention.output',
      'self_attn.q_layernorm': 'attention.queryNorm',
      'self_attn.k_layernorm': 'attention.keyNorm',
      'mlp.fc1': 'mlp.up',
      'mlp.fc2': 'mlp.down',
    }),
  ],
};
