import { unpaddedPositions } from '@residual/embeddings';
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

/** RoBERTa (Liu et al. 2019): BERT whose positions skip padding, with other heads. */
export const roberta: Family<TextComposition> = /* @__PURE__ */ robertaFamily('roberta', 'Roberta', 50265);

/** XLM-RoBERTa (Conneau et al. 2020): RoBERTa in a hundred languages. */
export const xlmRoberta: Family<TextComposition> = /* @__PURE__ */ robertaFamily('xlm-roberta', 'XLMRoberta', 30522);

/** CamemBERT (Martin et al. 2020): RoBERTa in French. */
export const camembert: Family<TextComposition> = /* @__PURE__ */ robertaFamily('camembert', 'Camembert', 30522);

function robertaFamily(name: string, className: string, vocab: number): Family<TextComposition> {
  return {
    name,
    modelTypes: [name],
    architectures: architecturesOf(className, allTasks),
    compose: (config, { ignoreConfig = [] } = {}) => {
      const reader = new ConfigReader(name, config);
      const fields = bertFields(reader, { vocab, padTokenId: 1 });
      const { modelDim, depth, heads, padTokenId } = fields;
      const positionIds = unpaddedPositions(padTokenId);
      const { maxPositions, positions } = bertPositions(reader, fields, { offset: padTokenId + 1, positionIds });
      return composeText(reader, {
        className,
        input: bertInput(fields, positions),
        blocks: { encoder: stack({ block: bertBlock(fields), depth }) },
        heads: {
          'masked-lm': () => bertMaskedHead({ ...fields, activation: 'gelu' }),
          'sequence-classification': labels => denseClassifier(fields, labels),
          'token-classification': labels => tokenClassifier(fields, labels),
          'question-answering': labels => answerHead(modelDim, labels),
        },
        sizes: { maxPositions, depth, heads },
        ignoredFields: [...ignoredBertFields, ...ignoreConfig],
      });
    },
    prefix: 'roberta.',
    mappings: [
      ...embeddingMappings(),
      ...blockMappings(),
      ...moduleMappings({
        '/lm_head.dense': 'transform.dense',
        '/lm_head.layer_norm': 'transform.norm',
        '/classifier.dense': 'head.dense',
        '/classifier.out_proj': 'head.output',
        '/classifier': 'head.classifier',
        '/qa_outputs': 'head.spans',
      }),
      ...decoderMappings('/lm_head.decoder.weight', '/lm_head.bias'),
    ],
    buffers: pretrainingBuffers(),
    aliases: {
      'roberta.embeddings.word_embeddings.weight': 'lm_head.decoder.weight',
      'lm_head.bias': 'lm_head.decoder.bias',
    },
    head: 'lm_head.decoder.weight',
  };
}
