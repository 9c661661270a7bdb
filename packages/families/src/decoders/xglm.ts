import { selfAttention } from '@residual/attention';
import { sinusoidalPositions } from '@residual/embeddings';
import { layerNorm } from '@residual/layers';
import { mlp } from '@residual/mlp';
import { transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { causalMask } from '../parts/layer-types.js';
import { fairseqBlock, moduleNames } from '../parts/names.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';

/** XGLM (Lin et al. 2021): the decoder of fairseq with sinusoidal positions that start at 2, and a scaled embedding. */
export const xglm: Family<CausalComposition> = {
  name: 'xglm',
  modelTypes: ['xglm'],
  architectures: ['XGLMForCausalLM', 'XGLMModel'],
  compose: (fields, options) => {
    const config = new ConfigReader('xglm', fields);
    const sizes = decoderSizes(
      config,
      { modelDim: 1024, hiddenDim: 4096, depth: 24, heads: 16, maxPositions: 2048, vocab: 256008 },
      { modelDim: 'd_model', hiddenDim: 'ffn_dim', depth: 'num_layers', heads: 'attention_heads' },
    );
    const { modelDim, hiddenDim, maxPositions } = sizes;
    const norm = layerNorm({ dim: modelDim });
    const dropout = config.dropout('dropout', 0.1);
    const block = transformerBlock({
      norm,
      attention: selfAttention({
        ...headsOf(sizes),
        mask: causalMask(undefined),
        dropout: config.dropout('attention_dropout', 0.1),
      }),
      mlp: mlp({
        modelDim,
        hiddenDim,
        activation: config.activation('activation_function', 'gelu'),
        dropout: config.dropout('activation_dropout'),
      }),
      dropout,
    });
    config.expectValue('add_cross_attention', false);
    const spacing = { layout: 'halves', spacing: 'inclusive', offset: 2 } as const;
    return causalModel(config, options, {
      sizes,
      block,
      norm,
      tied: true,
      positionEncoding: sinusoidalPositions({ maxPositions, dim: modelDim, ...spacing }),
      afterEmbedding: dropout,
      embeddingScale: config.flag('scale_embedding', true) ? Math.sqrt(modelDim) : 1,
      openEnded: false,
      ignored: ['init_std', 'layerdrop'],
    });
  },
  prefix: 'model.',
  mappings: [
    { checkpointName: 'embed_tokens.weight', path: 'embedding.weight' },
    .../* @__PURE__ */ moduleNames({ layer_norm: 'decoder.norm' }, { checkpoint: '', tree: '' }),
    { checkpointName: '/lm_head.weight', path: 'head.weight' },
    .../* @__PURE__ */ moduleNames(fairseqBlock),
  ],
  buffers: [],
  positionTables: [{ checkpointName: 'embed_positions.weights', paths: ['positions.table'], offset: 2 }],
  aliases: { 'model.embed_tokens.weight': 'lm_head.weight' },
  head: 'lm_head.weight',
};
