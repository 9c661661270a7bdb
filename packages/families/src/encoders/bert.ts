import { stack } from '@residual/transformer';
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
import { blockMappings, decoderMappings, embeddingMappings, moduleMappings } from './mappings.js';

/** BERT (Devlin et al. 2019): post-norm blocks, learned positions, types of tokens. */
export const bert: Family<TextComposition> = /* @__PURE__ */ bertFamily();

function bertFamily(): Family<TextComposition> {
  return {
    name: 'bert',
    modelTypes: ['bert'],
    architectures: architecturesOf('Bert', allTasks),
    compose: (config, { ignoreConfig = [] } = {}) => {
      const reader = new ConfigReader('bert', config);
      const fields = bertFields(reader);
      const { modelDim, depth, heads } = fields;
      const { maxPositions, positions } = bertPositions(reader, fields);
      return composeText(reader, {
        className: 'Bert',
        input: bertInput(fields, positions),
        blocks: { encoder: stack({ block: bertBlock(fields), depth }) },
        heads: {
          'masked-lm': () => bertMaskedHead(fields),
          'sequence-classification': labels => bertClassifier(fields, labels),
          'token-classification': labels => tokenClassifier(fields, labels),
          'question-answering': labels => answerHead(modelDim, labels),
        },
        sizes: { maxPositions, depth, heads },
        ignoredFields: [...ignoredBertFields, ...ignoreConfig],
      });
    },
    prefix: 'bert.',
    mappings: [
      ...embeddingMappings(),
      ...blockMappings(),
      ...moduleMappings({
        '/cls.predictions.transform.dense': 'transform.dense',
        '/cls.predictions.transform.LayerNorm': 'transform.norm',
        'pooler.dense': 'head.pooler',
        '/classifier': 'head.classifier',
        '/qa_outputs': 'head.spans',
      }),
      ...decoderMappings('/cls.predictions.decoder.weight', '/cls.predictions.bias'),
    ],
    buffers: pretrainingBuffers([/^cls\.seq_relationship\./]),
    aliases: {
      'bert.embeddings.word_embeddings.weight': 'cls.predictions.decoder.weight',
      'cls.predictions.bias': 'cls.predictions.decoder.bias',
    },
    head: 'cls.predictions.decoder.weight',
  };
}
