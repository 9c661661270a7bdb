import { selfAttention } from '@residual/attention';
import { alibi } from '@residual/embeddings';
import { layerNorm } from '@residual/layers';
import { mlp } from '@residual/mlp';
import { normedResidualBlock, transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { causalMask } from '../parts/layer-types.js';
import { fusedAttention, llamaNorms, moduleNames } from '../parts/names.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';

/** BLOOM (BigScience Workshop 2022): ALiBi instead of positions, a norm on the embedded input. */
export const bloom: Family<CausalComposition> = {
  name: 'bloom',
  modelTypes: ['bloom'],
  architectures: ['BloomForCausalLM', 'BloomModel'],
  compose: (fields, options) => {
    const config = new ConfigReader('bloom', fields);
    const sizes = decoderSizes(
      config,
      { modelDim: 64, depth: 2, heads: 8, maxPositions: 2048, vocab: 250880 },
      { modelDim: 'n_embed', depth: 'n_layer', heads: 'n_head', maxPositions: 'seq_length' },
    );
    const { modelDim, heads } = sizes;
    const norm = layerNorm({ dim: modelDim, epsilon: config.number('layer_norm_epsilon', 1e-5) });
    const parts = {
      norm,
      attention: selfAttention({
        ...headsOf(sizes),
        mask: causalMask(undefined),
        positionEncoding: alibi({ heads }),
        dropout: config.dropout('attention_dropout'),
      }),
      mlp: mlp({ modelDim, hiddenDim: 4 * modelDim, activation: 'geluTanh' }),
      dropout: config.dropout('hidden_dropout'),
    };
    const isNormed = config.flag('apply_residual_connection_post_layernorm', false);
    const block = isNormed ? normedResidualBlock(parts) : transformerBlock(parts);
    return causalModel(config, options, { sizes, block, norm, tied: true, afterEmbedding: norm, ignored });
  },
  prefix: 'transformer.',
  mappings: [
    { checkpointName: 'word_embeddings.weight', path: 'embedding.weight' },
    .../* @__PURE__ */ moduleNames(
      { word_embeddings_layernorm: 'onEmbedded', ln_f: 'decoder.norm' },
      { checkpoint: '', tree: '' },
    ),
    { checkpointName: '/lm_head.weight', path: 'head.weight' },
    .../* @__PURE__ */ moduleNames(
      { 'self_attention.query_key_value': fusedAttention },
      { checkpoint: 'h.*.', interleaved: 'heads' },
    ),
    .../* @__PURE__ */ moduleNames(
      {
        ...llamaNorms,
        'self_attention.dense': 'attention.output',
        'mlp.dense_h_to_4h': 'mlp.up',
        'mlp.dense_4h_to_h': 'mlp.down',
      },
      { checkpoint: 'h.*.' },
    ),
  ],
  buffers: [],
  aliases: { 'transformer.word_embeddings.weight': 'lm_head.weight' },
  head: 'lm_head.weight',
};

/** Settings of how the reference computes, and of the files of its training. */
const ignored = [
  'slow_but_exact',
  'attention_softmax_in_fp32',
  'bias_dropout_fusion',
  'masked_softmax_fusion',
  'skip_bias_add',
  'skip_bias_add_qkv',
  'offset_alibi',
  'n_inner',
];
