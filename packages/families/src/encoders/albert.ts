import { stack, type TensorLayer } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import type { Family, TextComposition } from '../family.js';
import { composeText } from '../text/compose-text.js';
import { allTasks, architecturesOf } from '../text/text-tasks.js';
import {
  answerHead,
  bertBlock,
  bertClassifier,
  bertFields,
  bertInput,
  bertMaskedHead,
  bertPositions,
  ignoredBertFields,
  tokenClassifier,
} from './bert-parts.js';
import { pretrainingBuffers } from './buffers.js';
import { decoderMappings, embeddingMappings, moduleMappings } from './mappings.js';

const blockNames = {
  'attention.query': 'attention.query',
  'attention.key': 'attention.key',
  'attention.value': 'attention.value',
  'attention.dense': 'attention.output',
  'attention.LayerNorm': 'attentionNorm',
  ffn: 'mlp.up',
  ffn_output: 'mlp.down',
  full_layer_layer_norm: 'mlpNorm',
};

/** ALBERT (Lan et al. 2020): BERT whose blocks share their weights, with narrow embeddings. */
export const albert: Family<TextComposition> = /* @__PURE__ */ albertFamily();

function albertFamily(): Family<TextComposition> {
  return {
    name: 'albert',
    modelTypes: ['albert'],
    architectures: architecturesOf('Albert', allTasks),
    compose: (config, { ignoreConfig = [] } = {}) => {
      const reader = new ConfigReader('albert', config);
      const defaults = { vocab: 30000, embeddingDim: 128, modelDim: 4096, heads: 64, hiddenDim: 16384 };
      const fields = {
        ...bertFields(reader, { ...defaults, activation: 'gelu_new', dropout: 0 }),
        classifierDropout: reader.dropout('classifier_dropout_prob', 0.1),
      };
      const { modelDim, depth, heads } = fields;
      const { maxPositions, positions } = bertPositions(reader, fields);
      reader.expectValue('inner_group_num', 1);
      const groups = reader.depth('num_hidden_groups', 1);
      if (groups > depth) reader.refuse('num_hidden_groups', groups, `at most the ${depth} layers`);
      const uses = Array.from({ length: depth }, (_, i) => Math.floor(i / (depth / groups)));
      const block: TensorLayer = bertBlock(fields);
      const blocks = Array.from({ length: groups }, () => block);
      return composeText(reader, {
        className: 'Albert',
        input: bertInput(fields, positions, { projects: true }),
        blocks: { encoder: stack({ block: blocks, uses }) },
        heads: {
          'masked-lm': () => bertMaskedHead(fields),
          'sequence-classification': labels => bertClassifier(fields, labels),
          'token-classification': labels => tokenClassifier(fields, labels),
          'question-answering': labels => answerHead(modelDim, labels),
        },
        sizes: { maxPositions, depth, heads },
        ignoredFields: [
          ...['down_scale_factor', 'gap_size', 'net_structure_type', 'layers_to_keep', 'num_memory_blocks'],
          ...['hidden_group_num', 'embedding_dropout_prob'],
          ...ignoredBertFields,
          ...ignoreConfig,
        ],
      });
    },
    prefix: 'albert.',
    mappings: [
      ...embeddingMappings(),
      ...moduleMappings(blockNames, {
        from: 'encoder.albert_layer_groups.*.albert_layers.0.',
        to: 'encoder.layers.*.',
      }),
      ...moduleMappings({
        'encoder.embedding_hidden_mapping_in': 'onEmbedded.projection',
        '/predictions.dense': 'transform.dense',
        '/predictions.LayerNorm': 'transform.norm',
        pooler: 'head.pooler',
        '/classifier': 'head.classifier',
        '/qa_outputs': 'head.spans',
      }),
      ...decoderMappings('/predictions.decoder.weight', '/predictions.bias'),
    ],
    buffers: pretrainingBuffers([/^sop_classifier\./]),
    aliases: {
      'albert.embeddings.word_embeddings.weight': 'predictions.decoder.weight',
      'predictions.bias': 'predictions.decoder.bias',
    },
    head: 'predictions.decoder.weight',
  };
}
