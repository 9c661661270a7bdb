import { selfAttention } from '@residual/attention';
import { activation, type Dropout, layer, layerNorm, linear, sequential } from '@residual/layers';
import { mlp } from '@residual/mlp';
import type { Tensor } from '@residual/tensor';
import { firstToken, postNormBlock, stack, type TensorLayer } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import type { Family, TextComposition } from '../family.js';
import { composeText } from '../text/compose-text.js';
import { allTasks, architecturesOf } from '../text/text-tasks.js';
import { answerHead, bertInput, bertMaskedHead, bertPositions, tokenClassifier } from './bert-parts.js';
import { pretrainingBuffers } from './buffers.js';
import { decoderMappings, embeddingMappings, moduleMappings } from './mappings.js';

const blockNames = {
  'attention.q_lin': 'attention.query',
  'attention.k_lin': 'attention.key',
  'attention.v_lin': 'attention.value',
  'attention.out_lin': 'attention.output',
  sa_layer_norm: 'attentionNorm',
  'ffn.lin1': 'mlp.up',
  'ffn.lin2': 'mlp.down',
  output_layer_norm: 'mlpNorm',
};

/** DistilBERT (Sanh et al. 2019): half of BERT's blocks, no types of tokens. */
export const distilbert: Family<TextComposition> = /* @__PURE__ */ distilbertFamily();

function distilbertFamily(): Family<TextComposition> {
  return {
    name: 'distilbert',
    modelTypes: ['distilbert'],
    architectures: architecturesOf('DistilBert', allTasks),
    compose: (config, { ignoreConfig = [] } = {}) => {
      const reader = new ConfigReader('distilbert', config);
      const fields = fieldsOf(reader);
      const { modelDim, depth, heads, dropout } = fields;
      const { maxPositions, positions } = bertPositions(reader, fields);
      const block = postNormBlock({
        norm: fields.norm(modelDim),
        attention: selfAttention({ modelDim, heads, dropout: fields.attentionDropout }),
        mlp: thenDropout(mlp({ modelDim, hiddenDim: fields.hiddenDim, activation: fields.activation }), dropout),
      });
      return composeText(reader, {
        className: 'DistilBert',
        input: bertInput(fields, positions),
        blocks: { encoder: stack({ block, depth }) },
        heads: {
          'masked-lm': () => bertMaskedHead(fields),
          'sequence-classification': labels =>
            sequential({
              pool: firstToken(),
              dense: linear({ in: modelDim, out: modelDim }),
              activation: activation('relu'),
              dropout: reader.dropout('seq_classif_dropout', 0.2),
              classifier: linear({ in: modelDim, out: labels }),
            }),
          'token-classification': labels => tokenClassifier({ modelDim, classifierDropout: dropout }, labels),
          'question-answering': labels =>
            sequential({ dropout: reader.dropout('qa_dropout', 0.1), head: answerHead(modelDim, labels) }),
        },
        sizes: { maxPositions, depth, heads },
        ignoredFields: [
          ...['qa_dropout', 'seq_classif_dropout', 'sinusoidal_pos_embds', 'tie_weights_', 'n_groups'],
          ...ignoreConfig,
        ],
      });
    },
    prefix: 'distilbert.',
    mappings: [
      ...embeddingMappings(),
      ...moduleMappings(blockNames, { from: 'transformer.layer.*.', to: 'encoder.layers.*.' }),
      ...moduleMappings({
        '/vocab_transform': 'transform.dense',
        '/vocab_layer_norm': 'transform.norm',
        '/pre_classifier': 'head.dense',
        '/classifier': 'head.classifier',
        '/qa_outputs': 'head.head.spans',
      }),
      ...decoderMappings('/vocab_projector.weight', '/vocab_projector.bias'),
    ],
    buffers: pretrainingBuffers(),
    aliases: { 'distilbert.embeddings.word_embeddings.weight': 'vocab_projector.weight' },
    head: 'vocab_projector.weight',
  };
}

function fieldsOf(reader: ConfigReader) {
  const modelDim = reader.size('dim', 768);
  return {
    vocab: reader.size('vocab_size', 30522),
    modelDim,
    embeddingDim: modelDim,
    heads: reader.size('n_heads', 12),
    depth: reader.depth('n_layers', 6),
    hiddenDim: reader.size('hidden_dim', 3072),
    activation: reader.activation('activation', 'gelu'),
    types: 0,
    padTokenId: reader.tokenId('pad_token_id') ?? 0,
    dropout: reader.dropout('dropout', 0.1),
    attentionDropout: reader.dropout('attention_dropout', 0.1),
    classifierDropout: undefined,
    norm: (dim: number) => layerNorm({ dim, epsilon: 1e-12 }),
    tied: reader.flag('tie_word_embeddings', true),
  };
}

/** A layer followed by dropout, with the weight paths of the layer. */
function thenDropout(part: TensorLayer, dropout: Dropout | undefined): TensorLayer {
  if (!dropout) return part;
  const run = (w: never, x: Tensor, scope: Parameters<TensorLayer>[2]) =>
    dropout({}, part(w, x, scope), scope!.at('dropout'));
  return layer(part.needs, run as never, part.about);
}
