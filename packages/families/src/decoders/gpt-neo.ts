import { selfAttention } from '@residual/attention';
import { learnedPositions } from '@residual/embeddings';
import { layerNorm } from '@residual/layers';
import { mlp } from '@residual/mlp';
import { transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import type { CausalComposition, Family } from '../family.js';
import { causalModel } from '../parts/causal-model.js';
import { causalMask } from '../parts/layer-types.js';
import { gpt2Ends, moduleNames } from '../parts/names.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';
import { summaryFields } from './gpt2.js';

/** GPT-Neo (Black et al. 2021): GPT-2 whose scores are not scaled, with windows in some layers. */
export const gptNeo: Family<CausalComposition> = {
  name: 'gpt-neo',
  modelTypes: ['gpt_neo'],
  architectures: ['GPTNeoForCausalLM', 'GPTNeoModel'],
  compose: (fields, options) => {
    const config = new ConfigReader('gpt-neo', fields);
    const sizes = decoderSizes(
      config,
      { modelDim: 2048, depth: 24, heads: 16, maxPositions: 2048, vocab: 50257 },
      { depth: 'num_layers', heads: 'num_heads' },
    );
    const { modelDim, hiddenDim, depth, maxPositions } = sizes;
    const norm = layerNorm({ dim: modelDim, epsilon: config.number('layer_norm_epsilon', 1e-5) });
    const attentionDropout = config.dropout('attention_dropout');
    const residualDropout = config.dropout('resid_dropout');
    const mlpLayer = mlp({ modelDim, hiddenDim, activation: config.activation('activation_function', 'gelu_new') });
    const window = config.size('window_size', 256);
    const block = attentionTypes(config, depth).map(type =>
      transformerBlock({
        norm,
        attention: selfAttention({
          ...headsOf(sizes),
          mask: causalMask(type === 'local' ? window : undefined),
          scale: 1,
          bias: { query: false, key: false, value: false, output: true },
          dropout: attentionDropout,
        }),
        mlp: mlpLayer,
        dropout: residualDropout,
      }),
    );
    return causalModel(config, options, {
      sizes,
      block,
      norm,
      tied: true,
      positionEncoding: learnedPositions({ maxPositions, dim: modelDim }),
      afterEmbedding: config.dropout('embed_dropout'),
      openEnded: false,
      ignored: ['attention_layers', 'classifier_dropout', ...summaryFields],
    });
  },
  prefix: 'transformer.',
  mappings: [
    ...gpt2Ends,
    .../* @__PURE__ */ moduleNames(
      {
        ln_1: 'attentionNorm',
        ln_2: 'mlpNorm',
        'attn.attention.q_proj': 'attention.query',
        'attn.attention.k_proj': 'attention.key',
        'attn.attention.v_proj': 'attention.value',
        'attn.attention.out_proj': 'attention.output',
        'mlp.c_fc': 'mlp.up',
        'mlp.c_proj': 'mlp.down',
      },
      { checkpoint: 'h.*.' },
    ),
  ],
  // Masks, which depend on the layer.
  buffers: [{ name: /(^|\.)attn\.attention\.(bias|masked_bias)$/ }],
  aliases: { 'transformer.wte.weight': 'lm_head.weight' },
  head: 'lm_head.weight',
};

const isType = (type: unknown) => type === 'global' || type === 'local';

/** The kind of each layer, from a list of kinds and how often each is repeated: [[['global', 'local'], 12]]. */
function attentionTypes(config: ConfigReader, depth: number): readonly string[] {
  const value = config.value('attention_types') ?? [[['global', 'local'], 12]];
  const refuse = () => config.refuse('attention_types', value, `lists of "global" and "local" for ${depth} layers`);
  if (!Array.isArray(value)) return refuse();
  const types: string[] = [];
  for (const item of value) {
    const [kinds, times] = Array.isArray(item) ? item : [];
    if (!Array.isArray(kinds) || !kinds.every(isType) || !(times >= 0) || kinds.length * times > depth) return refuse();
    for (let i = 0; i < times; i++) types.push(...kinds);
  }
  return types.length === depth ? types : refuse();
}
