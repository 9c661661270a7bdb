import { selfAttention } from '@residual/attention';
import { layerNorm } from '@residual/layers';
import { mlp } from '@residual/mlp';
import { parallelBlock, transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import type { CausalComposition, Family } from '../family.js';
import { maskBuffers, rotaryBuffers } from '../parts/buffers.js';
import { causalModel } from '../parts/causal-model.js';
import { causalMask } from '../parts/layer-types.js';
import { fusedAttention, llamaNorms, moduleNames } from '../parts/names.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';

const baseOf = (config: ConfigReader) => config.number('rotary_emb_base', 10000);

/** GPT-NeoX and Pythia (Black et al. 2022): rotary positions on a part of each head, attention and MLP side by side. */
export const gptNeox: Family<CausalComposition> = {
  name: 'gpt-neox',
  modelTypes: ['gpt_neox'],
  architectures: ['GPTNeoXForCausalLM', 'GPTNeoXModel'],
  compose: (fields, options) => {
    const config = new ConfigReader('gpt-neox', fields);
    const sizes = decoderSizes(config, {
      modelDim: 6144,
      hiddenDim: 24576,
      depth: 44,
      heads: 64,
      maxPositions: 2048,
      vocab: 50432,
    });
    const { modelDim, hiddenDim } = sizes;
    const norm = layerNorm({ dim: modelDim, epsilon: config.number('layer_norm_eps', 1e-5) });
    const [base, fraction] = [baseOf(config), config.number('rotary_pct', 0.25)];
    const parts = {
      norm,
      attention: selfAttention({
        ...headsOf(sizes),
        mask: causalMask(undefined),
        bias: config.flag('attention_bias', true),
        positionEncoding: rotaryOf(config, { ...sizes, base, fraction }),
        dropout: config.dropout('attention_dropout'),
      }),
      mlp: mlp({ modelDim, hiddenDim, activation: config.activation('hidden_act', 'gelu') }),
      dropout: config.dropout('hidden_dropout'),
    };
    const block = config.flag('use_parallel_residual', true) ? parallelBlock(parts) : transformerBlock(parts);
    return causalModel(config, options, { sizes, block, norm, tied: false, ignored: ['classifier_dropout'] });
  },
  prefix: 'gpt_neox.',
  mappings: [
    { checkpointName: 'embed_in.weight', path: 'embedding.weight' },
    .../* @__PURE__ */ moduleNames({ final_layer_norm: 'decoder.norm' }, { checkpoint: '', tree: '' }),
    { checkpointName: '/embed_out.weight', otherNames: ['/lm_head.weight'], path: 'head.weight' },
    .../* @__PURE__ */ moduleNames({ 'attention.query_key_value': fusedAttention }, { interleaved: 'heads' }),
    .../* @__PURE__ */ moduleNames({
      ...llamaNorms,
      'attention.dense': 'attention.output',
      'mlp.dense_h_to_4h': 'mlp.up',
      'mlp.dense_4h_to_h': 'mlp.down',
    }),
  ],
  buffers: [...maskBuffers, .../* @__PURE__ */ rotaryBuffers(baseOf)],
  aliases: { 'gpt_neox.embed_in.weight': ['embed_out.weight', 'lm_head.weight'] },
  head: 'embed_out.weight',
};
