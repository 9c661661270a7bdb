import { selfAttention } from '@residual/attention';
import { rmsNormAroundOne } from '@residual/layers';
import { gatedMlp } from '@residual/mlp';
import { transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import type { CausalComposition, Family } from '../family.js';
import { capOf, causalModel, softCap } from '../parts/causal-model.js';
import { causalMask, layerWindows, windowOf } from '../parts/layer-types.js';
import { llamaAttention, llamaEnds, llamaLayout, llamaMlp, moduleNames } from '../parts/names.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';

/** VaultGemma (Google 2025), trained with differential privacy: Gemma 2 without norms on the output of each part. */
export const vaultGemma: Family<CausalComposition> = {
  name: 'vaultgemma',
  modelTypes: ['vaultgemma'],
  architectures: ['VaultGemmaForCausalLM', 'VaultGemmaModel'],
  compose: (fields, options) => {
    const config = new ConfigReader('vaultgemma', fields);
    const sizes = decoderSizes(config, {
      modelDim: 2304,
      hiddenDim: 9216,
      depth: 26,
      heads: 8,
      kvHeads: 4,
      headDim: 256,
      maxPositions: 8192,
      vocab: 256000,
    });
    const { modelDim, hiddenDim, depth } = sizes;
    const norm = rmsNormAroundOne({ dim: modelDim, epsilon: config.number('rms_norm_eps', 1e-6) });
    const positionEncoding = rotaryOf(config, sizes);
    const bias = config.flag('attention_bias', false);
    const dropout = config.dropout('attention_dropout');
    const scale = config.number('query_pre_attn_scalar', 256) ** -0.5;
    const cap = capOf(config, 'attn_logit_softcapping', 50);
    const activation = config.activation('hidden_activation', 'gelu_pytorch_tanh');
    const mlp = gatedMlp({ modelDim, hiddenDim, activation });
    const window = windowOf(config, 4096);
    const block = layerWindows(config, depth, { window, isWindowed: i => i % 2 === 0 }).map(window =>
      transformerBlock({
        norm,
        attention: selfAttention({
          ...headsOf(sizes),
          mask: causalMask(window),
          bias,
          positionEncoding,
          scale,
          ...(cap && { softCap: cap }),
          dropout,
        }),
        mlp,
      }),
    );
    const onLogits = softCap(capOf(config, 'final_logit_softcapping', 30));
    const embeddingScale = Math.sqrt(modelDim);
    return causalModel(config, options, { sizes, block, norm, tied: true, embeddingScale, onLogits, ignored });
  },
  ...llamaLayout,
  mappings: [
    ...llamaEnds,
    .../* @__PURE__ */ moduleNames({
      input_layernorm: 'attentionNorm',
      pre_feedforward_layernorm: 'mlpNorm',
      ...llamaAttention,
      ...llamaMlp,
    }),
  ],
};

/** Settings of how the reference computes. */
const ignored = ['cache_implementation'];
