import { selfAttention } from '@residual/attention';
import { rotary, tokenEmbedding } from '@residual/embeddings';
import { activation, linear, rmsNorm, sequential } from '@residual/layers';
import { gatedMlp } from '@residual/mlp';
import { firstToken, meanOfTokens, stack, transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryFromConfig } from '../config/rope.js';
import type { Family, TextComposition } from '../family.js';
import { composeText } from '../text/compose-text.js';
import { architecturesOf, tasksWithoutAnswers } from '../text/text-tasks.js';
import { tokenClassifier } from './bert-parts.js';
import { moduleMappings } from './mappings.js';

const blockNames = {
  input_layernorm: 'attentionNorm',
  'self_attn.q_proj': 'attention.query',
  'self_attn.k_proj': 'attention.key',
  'self_attn.v_proj': 'attention.value',
  'self_attn.o_proj': 'attention.output',
  post_attention_layernorm: 'mlpNorm',
  'mlp.gate_proj': 'mlp.gate',
  'mlp.up_proj': 'mlp.up',
  'mlp.down_proj': 'mlp.down',
};

/** EuroBERT (Boizard et al. 2025): an encoder with the blocks of Llama. */
export const eurobert: Family<TextComposition> = /* @__PURE__ */ eurobertFamily();

function eurobertFamily(): Family<TextComposition> {
  return {
    name: 'eurobert',
    modelTypes: ['eurobert'],
    architectures: architecturesOf('EuroBert', tasksWithoutAnswers),
    compose: (config, { ignoreConfig = [] } = {}) => {
      const reader = new ConfigReader('eurobert', config);
      const modelDim = reader.size('hidden_size', 768);
      const heads = reader.size('num_attention_heads', 12);
      const depth = reader.depth('num_hidden_layers', 12);
      const vocab = reader.size('vocab_size', 128256);
      const maxPositions = reader.maxPositions('max_position_embeddings', 8192);
      const norm = rmsNorm({ dim: modelDim, epsilon: reader.number('rms_norm_eps', 1e-5) });
      const bias = reader.flag('mlp_bias', false);
      const tied = reader.flag('tie_word_embeddings', false);
      const head = () => linear({ in: modelDim, out: vocab, bias, role: 'unembedding' });
      return composeText(reader, {
        className: 'EuroBert',
        input: {
          embedding: tokenEmbedding({ vocab, dim: modelDim, padTokenId: reader.tokenId('pad_token_id') ?? 128001 }),
        },
        blocks: {
          encoder: stack({ block: blockOf(reader, { modelDim, heads, maxPositions, norm, bias }), depth, norm }),
        },
        heads: {
          'masked-lm': () => (tied ? { logitsBias: bias } : { head: head() }),
          'sequence-classification': labels => classifier(reader, modelDim, labels),
          'token-classification': labels => tokenClassifier({ modelDim, classifierDropout: undefined }, labels),
        },
        sizes: { maxPositions, openEnded: true, depth, heads },
        ignoredFields: ['pretraining_tp', 'mask_token_id', 'classifier_pooling', 'clf_pooling', ...ignoreConfig],
      });
    },
    prefix: 'model.',
    mappings: [
      ...moduleMappings({ embed_tokens: 'embedding', norm: 'encoder.norm' }),
      ...moduleMappings(blockNames, { from: 'layers.*.', to: 'encoder.layers.*.' }),
      ...moduleMappings({ '/dense': 'head.dense', '/classifier': 'head.classifier' }),
      { checkpointName: '/lm_head.weight', path: 'head.weight' },
      { checkpointName: '/lm_head.bias', path: 'head.bias' },
      { checkpointName: '/lm_head.bias', path: 'logitsBias' },
    ],
    buffers: [],
    aliases: { 'model.embed_tokens.weight': 'lm_head.weight' },
    head: 'lm_head.weight',
  };
}

interface BlockSettings {
  readonly modelDim: number;
  readonly heads: number;
  readonly maxPositions: number;
  readonly norm: ReturnType<typeof rmsNorm>;
  readonly bias: boolean;
}

function blockOf(reader: ConfigReader, { modelDim, heads, maxPositions, norm, bias }: BlockSettings) {
  const headDim = reader.size('head_dim', modelDim / heads);
  const scaled = rotaryFromConfig(reader, maxPositions);
  return transformerBlock({
    norm,
    attention: selfAttention({
      modelDim,
      heads,
      kvHeads: reader.size('num_key_value_heads', heads),
      headDim,
      bias: reader.flag('attention_bias', false),
      positionEncoding: rotary({ headDim, storedPositions: maxPositions, ...scaled }),
      dropout: reader.dropout('attention_dropout'),
    }),
    mlp: gatedMlp({
      modelDim,
      hiddenDim: reader.size('intermediate_size', 3072),
      activation: reader.activation('hidden_act', 'silu'),
      bias,
    }),
  });
}

/** The classifier of texts; `late` means that the scores of the tokens are averaged, not their vectors. */
function classifier(reader: ConfigReader, modelDim: number, labels: number) {
  const pooling = reader.value('classifier_pooling', 'clf_pooling') ?? 'late';
  const score = {
    dense: linear({ in: modelDim, out: modelDim }),
    activation: activation('gelu'),
    classifier: linear({ in: modelDim, out: labels }),
  };
  if (pooling === 'late') return sequential({ ...score, pool: meanOfTokens() });
  if (pooling === 'bos') return sequential({ pool: firstToken(), ...score });
  if (pooling === 'mean') return sequential({ pool: meanOfTokens(), ...score });
  return reader.refuse('classifier_pooling', pooling, 'late, bos or mean');
}
