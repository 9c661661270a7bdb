import { selfAttention } from '@residual/attention';
import { combinedPositions, positionTemperature } from '@residual/embeddings';
import type { PositionEncoding } from '@residual/layers';
import { rmsNorm } from '@residual/layers';
import { gatedMlp } from '@residual/mlp';
import { transformerBlock } from '@residual/transformer';
import type { Config } from '../config/config.js';
import { ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { causalMask, windowOf } from '../parts/layer-types.js';
import { llamaAttention, llamaEnds, llamaLayout, llamaMlp, llamaNorms, moduleNames } from '../parts/names.js';
import type { DecoderSizes } from '../parts/sizes.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';

/** Ministral 3 (Mistral AI 2025): Mistral with queries that grow with their position, and YaRN. */
export const ministral3: Family<CausalComposition> = {
  name: 'ministral3',
  modelTypes: ['ministral3'],
  architectures: ['Ministral3ForCausalLM', 'Ministral3Model'],
  compose: (fields, options) => {
    const config = new ConfigReader('ministral3', fields);
    const sizes = decoderSizes(config, {
      modelDim: 4096,
      hiddenDim: 14336,
      depth: 34,
      heads: 32,
      kvHeads: 8,
      headDim: 128,
      maxPositions: 262144,
      vocab: 131072,
    });
    const { modelDim, hiddenDim } = sizes;
    const norm = rmsNorm({ dim: modelDim, epsilon: config.number('rms_norm_eps', 1e-5) });
    const block = transformerBlock({
      norm,
      attention: selfAttention({
        ...headsOf(sizes),
        mask: causalMask(windowOf(config)),
        bias: false,
        positionEncoding: positions(config, sizes),
        dropout: config.dropout('attention_dropout'),
      }),
      mlp: gatedMlp({ modelDim, hiddenDim, activation: config.activation('hidden_act', 'silu') }),
    });
    return causalModel(config, options, { sizes, block, norm, tied: false });
  },
  ...llamaLayout,
  mappings: [...llamaEnds, .../* @__PURE__ */ moduleNames({ ...llamaNorms, ...llamaAttention, ...llamaMlp })],
};

/** Rotary positions, and the temperature of queries that the same fields describe. */
function positions(config: ConfigReader, sizes: DecoderSizes): PositionEncoding {
  const given = config.value('rope_parameters', 'rope_scaling');
  const reader = given === undefined ? new ConfigReader('ministral3', { rope_parameters: published }) : config;
  const rotary = rotaryOf(reader, { ...sizes, ignored: ['llama_4_scaling_beta', 'max_position_embeddings'] });
  const fields = new ConfigReader('ministral3', (given ?? published) as Config);
  const strength = fields.optionalNumber('llama_4_scaling_beta');
  if (strength === undefined) return rotary;
  const interval = fields.number('original_max_position_embeddings', sizes.maxPositions);
  return combinedPositions([rotary, positionTemperature({ strength, interval })]);
}

/** The positions where the config has none. */
const published = {
  rope_type: 'yarn',
  rope_theta: 1_000_000,
  factor: 16,
  original_max_position_embeddings: 16384,
  beta_fast: 32,
  beta_slow: 1,
  mscale_all_dim: 1,
  mscale: 1,
  llama_4_scaling_beta: 0.1,
};
