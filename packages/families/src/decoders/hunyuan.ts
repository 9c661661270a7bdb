import { selfAttention } from '@residual/attention';
import { rmsNorm } from '@residual/layers';
import { gatedMlp } from '@residual/mlp';
import { transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { causalMask } from '../parts/layer-types.js';
import { llamaAttention, llamaEnds, llamaLayout, llamaMlp, llamaNorms, moduleNames } from '../parts/names.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';

/** HunYuan (Tencent 2025): Llama with norms on the heads of queries and keys after their positions. */
export const hunyuan: Family<CausalComposition> = {
  name: 'hunyuan',
  modelTypes: ['hunyuan_v1_dense'],
  architectures: ['HunYuanDenseV1ForCausalLM', 'HunYuanDenseV1Model'],
  compose: (fields, options) => {
    const config = new ConfigReader('hunyuan', fields);
    const sizes = decoderSizes(config, {
      modelDim: 4096,
      hiddenDim: 11008,
      depth: 32,
      heads: 32,
      maxPositions: 2048,
      vocab: 290943,
    });
    const { modelDim, hiddenDim, headDim } = sizes;
    const epsilon = config.number('rms_norm_eps', 1e-5);
    const norm = rmsNorm({ dim: modelDim, epsilon });
    const headNorm = rmsNorm({ dim: headDim, epsilon });
    const block = transformerBlock({
      norm,
      attention: selfAttention({
        ...headsOf(sizes),
        mask: causalMask(undefined),
        bias: config.flag('attention_bias', false),
        positionEncoding: rotaryOf(config, { ...sizes, types: { dynamic: 'alpha' } }),
        encodedQueryNorm: headNorm,
        encodedKeyNorm: headNorm,
        dropout: config.dropout('attention_dropout'),
      }),
      mlp: gatedMlp({ modelDim, hiddenDim, activation: config.activation('hidden_act', 'silu') }),
    });
    for (const [name, value] of Object.entries(older)) config.expectValue(name, value);
    return causalModel(config, options, { sizes, block, norm, tied: false, ignored });
  },
  ...llamaLayout,
  mappings: [
    ...llamaEnds,
    .../* @__PURE__ */ moduleNames({
      ...llamaNorms,
      ...llamaAttention,
      'self_attn.query_layernorm': 'attention.encodedQueryNorm',
      'self_attn.key_layernorm': 'attention.encodedKeyNorm',
      ...llamaMlp,
    }),
  ],
};

/** Settings of older files that have one value in all models of this kind. */
const older: Readonly<Record<string, unknown>> = { use_qk_norm: true, use_cla: false, mlp_bias: false };

/** The ids of further tokens. */
const ignored = ['eod_token_id', 'pad_id', 'im_start_id', 'im_end_id', 'im_newline_id', 'text_start_id', 'text_end_id'];
