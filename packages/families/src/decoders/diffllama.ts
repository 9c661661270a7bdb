import { differentialAttention } from '@residual/attention';
import { rmsNorm, unitNorm } from '@residual/layers';
import { gatedMlp } from '@residual/mlp';
import { transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { causalMask } from '../parts/layer-types.js';
import { llamaAttention, llamaEnds, llamaLayout, llamaMlp, llamaNorms, moduleNames } from '../parts/names.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';

/** Differential Llama (Ye et al. 2024): Llama whose heads are differences of two attentions. */
export const diffLlama: Family<CausalComposition> = {
  name: 'diffllama',
  modelTypes: ['diffllama'],
  architectures: ['DiffLlamaForCausalLM', 'DiffLlamaModel'],
  compose: (fields, options) => {
    const config = new ConfigReader('diffllama', fields);
    const sizes = decoderSizes(config, {
      modelDim: 2048,
      hiddenDim: 8192,
      depth: 16,
      heads: 32,
      maxPositions: 2048,
      vocab: 32000,
    });
    const { modelDim, hiddenDim, headDim, depth } = sizes;
    const epsilon = config.number('rms_norm_eps', 1e-5);
    const norm = rmsNorm({ dim: modelDim, epsilon });
    const pairNorm = unitNorm({ dim: 2 * headDim, epsilon });
    const positionEncoding = rotaryOf(config, sizes);
    const bias = config.flag('attention_bias', false);
    const lambdaStd = config.number('lambda_std_dev', 0.1);
    config.expectValue('attention_dropout', 0);
    const mlp = gatedMlp({ modelDim, hiddenDim, activation: config.activation('hidden_act', 'silu') });
    const block = Array.from({ length: depth }, (_, i) =>
      transformerBlock({
        norm,
        attention: differentialAttention({
          ...headsOf(sizes),
          mask: causalMask(undefined),
          bias,
          positionEncoding,
          lambdaStart: 0.8 - 0.6 * Math.exp(-0.3 * i),
          pairNorm,
          lambdaStd,
        }),
        mlp,
      }),
    );
    return causalModel(config, options, { sizes, block, norm, tied: false });
  },
  ...llamaLayout,
  mappings: [
    ...llamaEnds,
    .../* @__PURE__ */ moduleNames({ ...llamaNorms, ...llamaAttention, ...llamaMlp }),
    { checkpointName: 'layers.*.self_attn.lambda_q1', path: 'decoder.layers.*.attention.lambdaQuery1' },
    { checkpointName: 'layers.*.self_attn.lambda_k1', path: 'decoder.layers.*.attention.lambdaKey1' },
    { checkpointName: 'layers.*.self_attn.lambda_q2', path: 'decoder.layers.*.attention.lambdaQuery2' },
    { checkpointName: 'layers.*.self_attn.lambda_k2', path: 'decoder.layers.*.attention.lambdaKey2' },
  ],
};
