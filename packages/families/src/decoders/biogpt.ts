import { selfAttention } from '@residual/attention';
import { learnedPositions } from '@residual/embeddings';
import { layerNorm } from '@residual/layers';
import { mlp } from '@residual/mlp';
import { transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { causalMask } from '../parts/layer-types.js';
import { fairseqBlock, moduleNames } from '../parts/names.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';

/** BioGPT (Luo et al. 2022): the decoder of fairseq with learned positions after two unused rows. */
export const biogpt: Family<CausalComposition> = {
  name: 'biogpt',
  modelTypes: ['biogpt'],
  architectures: ['BioGptForCausalLM', 'BioGptModel'],
  compose: (fields, options) => {
    const config = new ConfigReader('biogpt', fields);
    const sizes = decoderSizes(config, {
      modelDim: 1024,
      hiddenDim: 4096,
      depth: 24,
      heads: 16,
      maxPositions: 1024,
      vocab: 42384,
    });
    const { modelDim, hiddenDim, maxPositions } = sizes;
    const norm = layerNorm({ dim: modelDim }); // the reference does not read `layer_norm_eps`
    const dropout = config.dropout('hidden_dropout_prob', 0.1);
    const block = transformerBlock({
      norm,
      attention: selfAttention({
        ...headsOf(sizes),
        mask: causalMask(undefined),
        dropout: config.dropout('attention_probs_dropout_prob', 0.1),
      }),
      mlp: mlp({
        modelDim,
        hiddenDim,
        activation: config.activation('hidden_act', 'gelu'),
        dropout: config.dropout('activation_dropout'),
      }),
      dropout,
    });
    return causalModel(config, options, {
      sizes,
      block,
      norm,
      tied: true,
      positionEncoding: learnedPositions({ maxPositions, dim: modelDim, offset: 2 }),
      afterEmbedding: dropout,
      embeddingScale: config.flag('scale_embedding', true) ? Math.sqrt(modelDim) : 1,
      openEnded: false,
      ignored: ['layer_norm_eps', 'layerdrop'],
    });
  },
  prefix: 'biogpt.',
  mappings: [
    { checkpointName: 'embed_tokens.weight', path: 'embedding.weight' },
    { checkpointName: 'embed_positions.weight', path: 'positions.weight' },
    .../* @__PURE__ */ moduleNames({ layer_norm: 'decoder.norm' }, { checkpoint: '', tree: '' }),
    { checkpointName: '/output_projection.weight', path: 'head.weight' },
    .../* @__PURE__ */ moduleNames(fairseqBlock),
  ],
  buffers: [],
  aliases: { 'biogpt.embed_tokens.weight': 'output_projection.weight' },
  head: 'output_projection.weight',
};
