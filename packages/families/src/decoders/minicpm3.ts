import { rmsNorm } from '@residual/layers';
import { gatedMlp } from '@residual/mlp';
import { transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { latentAttentionOf, latentNames, latentQueryNames } from '../parts/latent.js';
import { llamaEnds, llamaLayout, llamaMlp, llamaNorms, moduleNames } from '../parts/names.js';
import { decoderSizes } from '../parts/sizes.js';

/** MiniCPM3 (Hu et al. 2024): latent attention, and factors on embeddings, residuals and the input of the head. */
export const minicpm3: Family<CausalComposition> = {
  name: 'minicpm3',
  modelTypes: ['minicpm3'],
  architectures: ['MiniCPM3ForCausalLM', 'MiniCPM3Model'],
  compose: (fields, options) => {
    const config = new ConfigReader('minicpm3', fields);
    const sizes = decoderSizes(config, {
      modelDim: 2560,
      hiddenDim: 6400,
      depth: 62,
      heads: 40,
      maxPositions: 32768,
      vocab: 73448,
    });
    const { modelDim, hiddenDim, depth, heads } = sizes;
    const norm = rmsNorm({ dim: modelDim, epsilon: config.number('rms_norm_eps', 1e-5) });
    const headWidth = factorOf(config, 'dim_model_base', 256, modelDim);
    const block = transformerBlock({
      norm,
      attention: latentAttentionOf(config, sizes, {
        latentDim: 256,
        queryLatentDim: 768,
        contentDim: 64,
        positionDim: 32,
        valueDim: modelDim / heads,
        interleaved: false,
      }),
      mlp: gatedMlp({
        modelDim,
        hiddenDim,
        activation: config.activation('hidden_act', 'silu'),
        bias: config.flag('mlp_bias', false),
      }),
      residualScale: factorOf(config, 'scale_depth', 1.4, Math.sqrt(depth)) / Math.sqrt(depth),
    });
    return causalModel(config, options, {
      sizes,
      block,
      norm,
      tied: true,
      embeddingScale: config.number('scale_emb', 12),
      headScale: headWidth / modelDim,
    });
  },
  ...llamaLayout,
  mappings: [
    ...llamaEnds,
    ...latentQueryNames,
    .../* @__PURE__ */ moduleNames({ ...llamaNorms, ...latentNames, ...llamaMlp }),
  ],
};

/** A number; `fallback` if it is absent, `none` if it is null. */
function factorOf(config: ConfigReader, name: string, fallback: number, none: number): number {
  return config.has(name) ? (config.optionalNumber(name) ?? none) : fallback;
}
