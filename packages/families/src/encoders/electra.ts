import { stack } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import type { Family, TextComposition } from '../family.js';
import { composeText } from '../text/compose-text.js';
import { allTasks, architecturesOf } from '../text/text-tasks.js';
import {
  answerHead,
  bertBlock,
  bertFields,
  bertInput,
  bertMaskedHead,
  bertPositions,
  denseClassifier,
  ignoredBertFields,
  tokenClassifier,
} from './bert-parts.js';
import { pretrainingBuffers } from './buffers.js';
import { blockMappings, decoderMappings, embeddingMappings, moduleMappings } from './mappings.js';

/** ELECTRA (Clark et al. 2020): BERT with narrower embeddings. */
export const electra: Family<TextComposition> = /* @__PURE__ */ electraFamily();

function electraFamily(): Family<TextComposition> {
  return {
    name: 'electra',
    modelTypes: ['electra'],
    architectures: architecturesOf('Electra', allTasks),
    compose: (config, { ignoreConfig = [] } = {}) => {
      const reader = new ConfigReader('electra', config);
      const fields = bertFields(reader, { modelDim: 256, embeddingDim: 128, heads: 4, hiddenDim: 1024 });
      const { modelDim, depth, heads } = fields;
      const { maxPositions, positions } = bertPositions(reader, fields);
      return composeText(reader, {
        className: 'Electra',
        input: bertInput(fields, positions),
        blocks: { encoder: stack({ block: bertBlock(fields), depth }) },
        heads: {
          'masked-lm': () => bertMaskedHead({ ...fields, activation: 'gelu' }),
          'sequence-classification': labels => denseClassifier(fields, labels, 'gelu'),
          'token-classification': labels => tokenClassifier(fields, labels),
          'question-answering': labels => answerHead(modelDim, labels),
        },
        // The discriminator of the pretraining has a head that no task uses.
        featureClasses: ['ElectraForPreTraining'],
        sizes: { maxPositions, depth, heads },
        ignoredFields: [...ignoredBertFields, ...ignoreConfig],
      });
    },
    prefix: 'electra.',
    mappings: [
      ...embeddingMappings(),
      ...blockMappings(),
      ...moduleMappings({
        embeddings_project: 'onEmbedded.projection',
        '/generator_predictions.dense': 'transform.dense',
        '/generator_predictions.LayerNorm': 'transform.norm',
        '/classifier.dense': 'head.dense',
        '/classifier.out_proj': 'head.output',
        '/classifier': 'head.classifier',
        '/qa_outputs': 'head.spans',
      }),
      ...decoderMappings('/generator_lm_head.weight', '/generator_lm_head.bias'),
    ],
    buffers: pretrainingBuffers([/^discriminator_predictions\./]),
    aliases: { 'electra.embeddings.word_embeddings.weight': 'generator_lm_head.weight' },
    head: 'generator_lm_head.weight',
  };
}
