import { selfAttention } from '@residual/attention';
import { learnedPositions } from '@residual/embeddings';
import { layerNorm, unitNorm } from '@residual/layers';
import { mlp } from '@residual/mlp';
import { postNormBlock, transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { causalMask } from '../parts/layer-types.js';
import { fairseqBlock, moduleNames } from '../parts/names.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';

/**
 * OPT (Zhang et al. 2022): learned positions, pre-norms; the one of 350m parameters has post-norms and a table of
 * embeddings that is narrower than the model.
 */
export const opt: Family<CausalComposition> = {
  name: 'opt',
  modelTypes: ['opt'],
  architectures: ['OPTForCausalLM', 'OPTModel'],
  compose: (fields, options) => {
    const config = new ConfigReader('opt', fields);
    const sizes = decoderSizes(
      config,
      { modelDim: 768, hiddenDim: 3072, depth: 12, heads: 12, maxPositions: 2048, vocab: 50272 },
      { hiddenDim: 'ffn_dim' },
    );
    const { modelDim, hiddenDim, maxPositions } = sizes;
    const hasWeights = config.flag('layer_norm_elementwise_affine', true);
    const norm = hasWeights ? layerNorm({ dim: modelDim }) : unitNorm({ dim: modelDim, epsilon: 1e-5, centered: true });
    const bias = config.flag('enable_bias', true);
    const isPreNorm = config.flag('do_layer_norm_before', true);
    const parts = {
      norm,
      attention: selfAttention({
        ...headsOf(sizes),
        mask: causalMask(undefined),
        bias,
        dropout: config.dropout('attention_dropout'),
      }),
      mlp: mlp({ modelDim, hiddenDim, activation: config.activation('activation_function', 'relu'), bias }),
      dropout: config.dropout('dropout', 0.1),
    };
    const removesNorm = config.flag('_remove_final_layer_norm', false);
    return causalModel(config, options, {
      sizes,
      block: isPreNorm ? transformerBlock(parts) : postNormBlock(parts),
      norm: isPreNorm && !removesNorm ? norm : undefined,
      tied: true,
      tableDim: config.size('word_embed_proj_dim', modelDim),
      positionEncoding: learnedPositions({ maxPositions, dim: modelDim, offset: 2 }),
      openEnded: false,
      ignored: ['init_std', 'layerdrop', 'activation_dropout'],
    });
  },
  prefix: 'model.',
  mappings: [
    { checkpointName: 'decoder.embed_tokens.weight', path: 'embedding.weight' },
    { checkpointName: 'decoder.embed_positions.weight', path: 'positions.weight' },
    { checkpointName: 'decoder.project_in.weight', path: 'embedding.projection.weight' },
    { checkpointName: 'decoder.project_out.weight', path: 'embedding.headProjection.weight' },
    { checkpointName: 'decoder.project_out.weight', path: 'head.projection.weight' },
    { checkpointName: '/lm_head.weight', path: 'head.output.weight' },
    { checkpointName: '/lm_head.weight', path: 'head.weight' },
    .../* @__PURE__ */ moduleNames({ final_layer_norm: 'decoder.norm' }, { checkpoint: 'decoder.', tree: '' }),
    .../* @__PURE__ */ moduleNames(fairseqBlock, { checkpoint: 'decoder.layers.*.' }),
  ],
  buffers: [{ name: /(^|\.)decoder\.version$/ }],
  aliases: { 'model.decoder.embed_tokens.weight': 'lm_head.weight' },
  head: 'lm_head.weight',
};
