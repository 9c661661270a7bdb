import { selfAttention } from '@residual/attention';
import type { PositionEncoding } from '@residual/layers';
import { rmsNorm } from '@residual/layers';
import { mlp, xielu } from '@residual/mlp';
import { transformerBlock } from '@residual/transformer';
import { firstDifference } from '../checkpoint/first-difference.js';
import { ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { causalMask } from '../parts/layer-types.js';
import { llamaAttention, llamaEnds, llamaLayout, llamaMlp, moduleNames, queryKeyNorms } from '../parts/names.js';
import type { DecoderSizes } from '../parts/sizes.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';

/** The largest value that xIELU gives to the exponential. */
const largestNegative = -1e-6;

/**
 * Apertus (Apertus Team 2025): a plain MLP with xIELU, whose curvatures are trained, and norms on the heads of queries
 * and keys.
 */
export const apertus: Family<CausalComposition> = {
  name: 'apertus',
  modelTypes: ['apertus'],
  architectures: ['ApertusForCausalLM', 'ApertusModel'],
  compose: (fields, options) => {
    const config = new ConfigReader('apertus', fields);
    const sizes = decoderSizes(config, {
      modelDim: 4096,
      hiddenDim: 14336,
      depth: 32,
      heads: 32,
      maxPositions: 65536,
      vocab: 131072,
    });
    const { modelDim, hiddenDim, headDim } = sizes;
    const epsilon = config.number('rms_norm_eps', 1e-5);
    const norm = rmsNorm({ dim: modelDim, epsilon });
    const headNorm = rmsNorm({ dim: headDim, epsilon });
    const isXielu = (config.value('hidden_act') ?? 'xielu') === 'xielu';
    const block = transformerBlock({
      norm,
      attention: selfAttention({
        ...headsOf(sizes),
        mask: causalMask(undefined),
        bias: config.flag('attention_bias', false),
        positionEncoding: positions(config, sizes),
        queryNorm: headNorm,
        keyNorm: headNorm,
        dropout: config.dropout('attention_dropout'),
      }),
      mlp: mlp({
        modelDim,
        hiddenDim,
        ...(isXielu ? { activationLayer: xielu() } : { activation: config.activation('hidden_act', 'silu') }),
        bias: false,
      }),
    });
    for (const [name, value] of Object.entries(published)) config.expectValue(name, value);
    return causalModel(config, options, { sizes, block, norm, tied: false });
  },
  ...llamaLayout,
  buffers: [
    ...llamaLayout.buffers,
    {
      name: /\.act_fn\.eps$/,
      findDifference: values =>
        firstDifference(
          values,
          () => largestNegative,
          () => 1e-7,
        ),
      saved: {
        checkpointName: 'layers.*.mlp.act_fn.eps',
        beside: 'decoder.layers.*.mlp.activation.slope',
        value: largestNegative,
      },
    },
  ],
  mappings: [
    ...llamaEnds,
    .../* @__PURE__ */ moduleNames({
      attention_layernorm: 'attentionNorm',
      feedforward_layernorm: 'mlpNorm',
      ...llamaAttention,
      ...queryKeyNorms,
      ...llamaMlp,
    }),
    { checkpointName: 'layers.*.mlp.act_fn.beta', path: 'decoder.layers.*.mlp.activation.slope', defaultValue: 0.5 },
    { checkpointName: 'layers.*.mlp.act_fn.alpha_p', path: 'decoder.layers.*.mlp.activation.alphaPositive' },
    { checkpointName: 'layers.*.mlp.act_fn.alpha_n', path: 'decoder.layers.*.mlp.activation.alphaNegative' },
  ],
};

/** Rotary positions, which are scaled where the config says nothing. */
function positions(config: ConfigReader, sizes: DecoderSizes): PositionEncoding {
  const isGiven = config.has('rope_parameters') || config.has('rope_scaling') || config.has('rope_theta');
  const reader = isGiven ? config : new ConfigReader('apertus', { rope_parameters: scaled });
  return rotaryOf(reader, { ...sizes, base: 12_000_000 });
}

/** Settings of published files that have one value in all models of this kind. */
const published = { mlp_bias: false, hidden_dropout: 0, post_norm: false, qk_norm: true } as const;

const scaled = {
  rope_type: 'llama3',
  rope_theta: 12_000_000,
  factor: 8,
  original_max_position_embeddings: 8192,
  low_freq_factor: 1,
  high_freq_factor: 4,
};
