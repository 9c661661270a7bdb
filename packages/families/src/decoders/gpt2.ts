import { causal, selfAttention } from '@residual/attention';
import { learnedPositions, tokenEmbedding } from '@residual/embeddings';
import { layerNorm, linear } from '@residual/layers';
import { mlp } from '@residual/mlp';
import { languageModel, stack, transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import type { CausalComposition, Family } from '../family.js';
import { gpt2Gguf } from '../gguf/tables.js';
import { maskBuffers } from '../parts/buffers.js';

/** GPT-2 (Radford et al. 2019) and other models with its layout. */
export const gpt2: Family<CausalComposition> = {
  name: 'gpt2',
  modelTypes: ['gpt2'],
  architectures: ['GPT2LMHeadModel', 'GPT2Model'],
  compose: (fields, { ignoreConfig } = {}) => {
    // The fields of config.json, with the values that the reference uses where one is absent.
    const config = new ConfigReader('gpt2', fields);
    const modelDim = config.size('n_embd', 768);
    const heads = config.size('n_head', 12);
    const depth = config.depth('n_layer', 12);
    const maxPositions = config.maxPositions('n_positions', 1024);
    const vocab = config.size('vocab_size', 50257);
    const norm = layerNorm({ dim: modelDim, epsilon: config.number('layer_norm_epsilon', 1e-5) });
    const scaleScores = config.flag('scale_attn_weights', true);
    const scaleByDepth = config.flag('scale_attn_by_inverse_layer_idx', false);
    const attentionDropout = config.dropout('attn_pdrop');
    const residualDropout = config.dropout('resid_pdrop');
    const inputDropout = config.dropout('embd_pdrop');
    const mlpLayer = mlp({
      modelDim,
      hiddenDim: config.size('n_inner', 4 * modelDim),
      activation: config.activation('activation_function', 'gelu_new'),
    });
    const tied = config.flag('tie_word_embeddings', true);
    config.expectValue('add_cross_attention', false);
    config.refuseUnread(['reorder_and_upcast_attn', 'n_ctx', ...summaryFields, ...(ignoreConfig ?? [])]);

    // The model. It has a list of blocks because the scale of the scores may depend on the block.
    const block = Array.from({ length: depth }, (_, i) =>
      transformerBlock({
        norm,
        attention: selfAttention({
          modelDim,
          heads,
          mask: causal(),
          scale: (scaleScores ? Math.sqrt(heads / modelDim) : 1) / (scaleByDepth ? i + 1 : 1), // usually 1 / √headDim
          dropout: attentionDropout,
        }),
        mlp: mlpLayer,
        dropout: residualDropout,
      }),
    );
    const model = languageModel({
      embedding: tokenEmbedding({ vocab, dim: modelDim }),
      positionEncoding: learnedPositions({ maxPositions, dim: modelDim }),
      afterEmbedding: inputDropout,
      decoder: stack({ block, norm }),
      head: tied ? undefined : linear({ in: modelDim, out: vocab, bias: false, role: 'unembedding' }),
    });
    return { kind: 'causal-lm', model, maxPositions, depth, heads };
  },
  prefix: 'transformer.',
  mappings: [
    { checkpointName: 'wte.weight', path: 'embedding.weight' },
    { checkpointName: 'wpe.weight', path: 'positions.weight' },
    { checkpointName: 'h.*.ln_1.weight', path: 'decoder.layers.*.attentionNorm.weight' },
    { checkpointName: 'h.*.ln_1.bias', path: 'decoder.layers.*.attentionNorm.bias' },
    {
      checkpointName: 'h.*.attn.c_attn.weight',
      path: [
        'decoder.layers.*.attention.query.weight',
        'decoder.layers.*.attention.key.weight',
        'decoder.layers.*.attention.value.weight',
      ],
      transposed: true,
    },
    {
      checkpointName: 'h.*.attn.c_attn.bias',
      path: [
        'decoder.layers.*.attention.query.bias',
        'decoder.layers.*.attention.key.bias',
        'decoder.layers.*.attention.value.bias',
      ],
    },
    { checkpointName: 'h.*.attn.c_proj.weight', path: 'decoder.layers.*.attention.output.weight', transposed: true },
    { checkpointName: 'h.*.attn.c_proj.bias', path: 'decoder.layers.*.attention.output.bias' },
    { checkpointName: 'h.*.ln_2.weight', path: 'decoder.layers.*.mlpNorm.weight' },
    { checkpointName: 'h.*.ln_2.bias', path: 'decoder.layers.*.mlpNorm.bias' },
    { checkpointName: 'h.*.mlp.c_fc.weight', path: 'decoder.layers.*.mlp.up.weight', transposed: true },
    { checkpointName: 'h.*.mlp.c_fc.bias', path: 'decoder.layers.*.mlp.up.bias' },
    { checkpointName: 'h.*.mlp.c_proj.weight', path: 'decoder.layers.*.mlp.down.weight', transposed: true },
    { checkpointName: 'h.*.mlp.c_proj.bias', path: 'decoder.layers.*.mlp.down.bias' },
    { checkpointName: 'ln_f.weight', path: 'decoder.norm.weight' },
    { checkpointName: 'ln_f.bias', path: 'decoder.norm.bias' },
    { checkpointName: '/lm_head.weight', path: 'head.weight' },
  ],
  buffers: maskBuffers,
  aliases: { 'transformer.wte.weight': 'lm_head.weight' },
  head: 'lm_head.weight',
  gguf: /* @__PURE__ */ gpt2Gguf(),
};

/** Fields of heads that are not language-modeling heads. */
export const summaryFields: readonly string[] = [
  'summary_activation',
  'summary_type',
  'summary_use_proj',
  'summary_first_dropout',
  'summary_proj_to_labels',
];
