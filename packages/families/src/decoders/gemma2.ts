import { selfAttention } from '@residual/attention';
import { rmsNormAroundOne } from '@residual/layers';
import { gatedMlp } from '@residual/mlp';
import { type BlockParts, sandwichBlock, type TensorLayer } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import type { CausalComposition, ComposeOptions, Family } from '../family.js';
import { capOf, causalModel, softCap } from '../parts/causal-model.js';
import { causalMask, layerWindows, windowOf } from '../parts/layer-types.js';
import { llamaAttention, llamaEnds, llamaLayout, llamaMlp, moduleNames, sandwichNorms } from '../parts/names.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';

/**
 * Gemma 2 (Gemma Team 2024): norms before and after each part, bounds on scores and logits, windows in every other
 * layer.
 */
export const gemma2: Family<CausalComposition> = {
  name: 'gemma2',
  modelTypes: ['gemma2'],
  architectures: ['Gemma2ForCausalLM', 'Gemma2Model'],
  compose: (fields, options) => {
    const config = new ConfigReader('gemma2', fields);
    config.value('hidden_act'); // an older name, without effect
    config.expectValue('use_bidirectional_attention', false);
    return gemma2Model(config, options, { makeBlock: sandwichBlock, ignored });
  },
  ...llamaLayout,
  mappings: [...llamaEnds, .../* @__PURE__ */ moduleNames({ ...sandwichNorms, ...llamaAttention, ...llamaMlp })],
};

/** Settings of how the reference computes. */
const ignored = ['cache_implementation', 'hybrid_cache', 'sliding_window_size'];

/** How a model with the parts of Gemma 2 differs from it. */
interface Gemma2Variant {
  /** Makes a block of its parts. */
  readonly makeBlock: (parts: BlockParts<TensorLayer, TensorLayer, TensorLayer>) => TensorLayer;
  /** Settings of how the reference computes. */
  readonly ignored: readonly string[];
}

/** A model with the attention, the MLP and the bounds of Gemma 2. */
export function gemma2Model(
  config: ConfigReader,
  options: ComposeOptions | undefined,
  { makeBlock, ignored }: Gemma2Variant,
): CausalComposition {
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
  const epsilon = config.number('rms_norm_eps', 1e-6);
  const norm = rmsNormAroundOne({ dim: modelDim, epsilon });
  const positionEncoding = rotaryOf(config, sizes);
  const bias = config.flag('attention_bias', false);
  const dropout = config.dropout('attention_dropout');
  const scale = config.number('query_pre_attn_scalar', 256) ** -0.5;
  const cap = capOf(config, 'attn_logit_softcapping', 50);
  const activation = config.activation('hidden_activation', 'gelu_pytorch_tanh');
  const mlp = gatedMlp({ modelDim, hiddenDim, activation });
  const window = windowOf(config, 4096);
  const block = layerWindows(config, depth, { window, isWindowed: i => i % 2 === 0 }).map(window =>
    makeBlock({
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
}
