import { selfAttention } from '@residual/attention';
import { rotary } from '@residual/embeddings';
import { layerNorm } from '@residual/layers';
import { mlp } from '@residual/mlp';
import { sharedNormBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import type { CausalComposition, ComposeOptions, Family } from '../family.js';
import { maskBuffers } from '../parts/buffers.js';
import { causalModel } from '../parts/causal-model.js';
import { causalMask } from '../parts/layer-types.js';
import { gpt2Ends, moduleNames } from '../parts/names.js';
import { decoderSizes, gpt2Names, headsOf } from '../parts/sizes.js';
import { summaryFields } from './gpt2.js';

/** GPT-J (Wang and Komatsuzaki 2021): rotary positions of neighbours, attention and MLP side by side, one norm. */
export const gptj: Family<CausalComposition> = {
  name: 'gptj',
  modelTypes: ['gptj'],
  architectures: ['GPTJForCausalLM', 'GPTJModel'],
  compose: (fields, options) => composeGptj(new ConfigReader('gptj', fields), options),
  prefix: 'transformer.',
  mappings: [
    ...gpt2Ends,
    .../* @__PURE__ */ moduleNames(
      {
        ln_1: 'norm',
        'attn.q_proj': 'attention.query',
        'attn.k_proj': 'attention.key',
        'attn.v_proj': 'attention.value',
        'attn.out_proj': 'attention.output',
        'mlp.fc_in': 'mlp.up',
        'mlp.fc_out': 'mlp.down',
      },
      { checkpoint: 'h.*.' },
    ),
  ],
  buffers: maskBuffers,
  aliases: { 'transformer.wte.weight': 'lm_head.weight' },
  head: 'lm_head.weight',
};

/** A model of GPT-J or CodeGen. */
export function composeGptj(config: ConfigReader, options: ComposeOptions | undefined): CausalComposition {
  const defaults = { modelDim: 4096, depth: 28, heads: 16, maxPositions: 2048, vocab: 50400 };
  const sizes = decoderSizes(config, defaults, gpt2Names);
  const { modelDim, hiddenDim, headDim, maxPositions } = sizes;
  const norm = layerNorm({ dim: modelDim, epsilon: config.number('layer_norm_epsilon', 1e-5) });
  const rotaryDim = config.size('rotary_dim', 64);
  const block = sharedNormBlock({
    norm,
    attention: selfAttention({
      ...headsOf(sizes),
      mask: causalMask(undefined),
      bias: false,
      positionEncoding: rotary({ headDim, rotaryDim, storedPositions: maxPositions, interleaved: true }),
      dropout: config.dropout('attn_pdrop'),
    }),
    mlp: mlp({ modelDim, hiddenDim, activation: config.activation('activation_function', 'gelu_new') }),
    dropout: config.dropout('resid_pdrop'),
  });
  return causalModel(config, options, {
    sizes,
    block,
    norm,
    tied: false,
    headBias: true,
    afterEmbedding: config.dropout('embd_pdrop'),
    ignored: ['n_ctx', 'rotary', 'scale_attn_weights', 'tokenizer_class', ...summaryFields],
  });
}
