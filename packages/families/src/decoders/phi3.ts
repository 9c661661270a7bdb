import { selfAttention } from '@residual/attention';
import { rmsNorm } from '@residual/layers';
import { gatedMlp } from '@residual/mlp';
import { transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { causalMask, windowOf } from '../parts/layer-types.js';
import { fusedGateMlp, llamaEnds, llamaLayout, llamaNorms, moduleNames } from '../parts/names.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';

/** Phi-3 and Phi-4 (Abdin et al. 2024): Llama with one matrix for queries, keys and values, and one for gate and up. */
export const phi3: Family<CausalComposition> = {
  name: 'phi3',
  modelTypes: ['phi3'],
  architectures: ['Phi3ForCausalLM', 'Phi3Model'],
  compose: (fields, options) => {
    const config = new ConfigReader('phi3', fields);
    const sizes = decoderSizes(config, {
      modelDim: 3072,
      hiddenDim: 8192,
      depth: 32,
      heads: 32,
      maxPositions: 4096,
      vocab: 32064,
    });
    const { modelDim, hiddenDim } = sizes;
    const norm = rmsNorm({ dim: modelDim, epsilon: config.number('rms_norm_eps', 1e-5) });
    const block = transformerBlock({
      norm,
      attention: selfAttention({
        ...headsOf(sizes),
        mask: causalMask(windowOf(config)),
        bias: config.flag('attention_bias', false),
        positionEncoding: rotaryOf(config, { ...sizes, types: { su: 'longrope', yarn: 'longrope' } }),
        dropout: config.dropout('attention_dropout'),
      }),
      mlp: gatedMlp({ modelDim, hiddenDim, activation: config.activation('hidden_act', 'silu') }),
      dropout: config.dropout('resid_pdrop'),
    });
    const afterEmbedding = config.dropout('embd_pdrop');
    return causalModel(config, options, { sizes, block, norm, tied: false, afterEmbedding });
  },
  ...llamaLayout,
  mappings: [
    ...llamaEnds,
    .../* @__PURE__ */ moduleNames({
      ...llamaNorms,
      'self_attn.qkv_proj': ['attention.query', 'attention.key', 'attention.value'],
      'self_attn.o_proj': 'attention.output',
      ...fusedGateMlp,
    }),
  ],
};
