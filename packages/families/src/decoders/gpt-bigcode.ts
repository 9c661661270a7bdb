import { selfAttention } from '@residual/attention';
import { learnedPositions } from '@residual/embeddings';
import { layerNorm } from '@residual/layers';
import { mlp } from '@residual/mlp';
import { transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import type { CausalComposition, Family } from '../family.js';
import { maskBuffers } from '../parts/buffers.js';
import { causalModel } from '../parts/causal-model.js';
import { causalMask } from '../parts/layer-types.js';
import { fusedAttention, gpt2Ends, moduleNames } from '../parts/names.js';
import { decoderSizes, gpt2Names, headsOf } from '../parts/sizes.js';
import { summaryFields } from './gpt2.js';

/** SantaCoder and StarCoder (Li et al. 2023): GPT-2 with one head of keys and values for all queries. */
export const gptBigcode: Family<CausalComposition> = {
  name: 'gpt-bigcode',
  modelTypes: ['gpt_bigcode'],
  architectures: ['GPTBigCodeForCausalLM', 'GPTBigCodeModel'],
  compose: (fields, options) => {
    const config = new ConfigReader('gpt-bigcode', fields);
    const defaults = { modelDim: 768, depth: 12, heads: 12, maxPositions: 1024, vocab: 50257 };
    const sizes = decoderSizes(config, defaults, gpt2Names);
    const { modelDim, hiddenDim, heads, maxPositions } = sizes;
    const norm = layerNorm({ dim: modelDim, epsilon: config.number('layer_norm_epsilon', 1e-5) });
    const block = transformerBlock({
      norm,
      attention: selfAttention({
        ...headsOf(sizes),
        kvHeads: config.flag('multi_query', true) ? 1 : heads,
        mask: causalMask(undefined),
        ...(!config.flag('scale_attn_weights', true) && { scale: 1 }),
        dropout: config.dropout('attn_pdrop', 0.1),
      }),
      mlp: mlp({ modelDim, hiddenDim, activation: config.activation('activation_function', 'gelu_pytorch_tanh') }),
      dropout: config.dropout('resid_pdrop', 0.1),
    });
    config.expectValue('add_cross_attention', false);
    return causalModel(config, options, {
      sizes,
      block,
      norm,
      tied: true,
      positionEncoding: learnedPositions({ maxPositions, dim: modelDim }),
      afterEmbedding: config.dropout('embd_pdrop', 0.1),
      openEnded: false,
      ignored: [...precisionFields, ...summaryFields],
    });
  },
  prefix: 'transformer.',
  mappings: [
    ...gpt2Ends,
    .../* @__PURE__ */ moduleNames({ 'attn.c_attn': fusedAttention }, { checkpoint: 'h.*.', interleaved: 'heads' }),
    .../* @__PURE__ */ moduleNames(
      {
        ln_1: 'attentionNorm',
        ln_2: 'mlpNorm',
        'attn.c_proj': 'attention.output',
        'mlp.c_fc': 'mlp.up',
        'mlp.c_proj': 'mlp.down',
      },
      { checkpoint: 'h.*.' },
    ),
  ],
  buffers: maskBuffers,
  aliases: { 'transformer.wte.weight': 'lm_head.weight' },
  head: 'lm_head.weight',
};

/** Settings of how the reference computes. */
const precisionFields = [
  'attention_softmax_in_fp32',
  'scale_attention_softmax_in_fp32',
  'inference_runner',
  'validate_runner_input',
  'pre_allocate_kv_cache',
  'max_batch_size',
];
