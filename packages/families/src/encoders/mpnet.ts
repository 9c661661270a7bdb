import { relativePositions, unpaddedPositions } from '@residual/embeddings';
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

/** MPNet (Song et al. 2020): RoBERTa without types, with relative positions that all blocks share. */
export const mpnet: Family<TextComposition> = /* @__PURE__ */ mpnetFamily();

function mpnetFamily(): Family<TextComposition> {
  return {
    name: 'mpnet',
    modelTypes: ['mpnet'],
    architectures: architecturesOf('MPNet', allTasks),
    compose: (config, { ignoreConfig = [] } = {}) => {
      const reader = new ConfigReader('mpnet', config);
      // The reference has rows of padding and of `<unk>` whatever `pad_token_id` says.
      const fields = { ...bertFields(reader, { vocab: 30527, types: 0, padTokenId: 1 }), padTokenId: 1 };
      const { modelDim, depth, heads } = fields;
      const { maxPositions, positions } = bertPositions(reader, fields, {
        offset: 2,
        positionIds: unpaddedPositions(1),
      });
      reader.expectValue('relative_attention_num_buckets', 32); // the reference uses 32 whatever it says
      const positionEncoding = relativePositions({ heads, buckets: 32, bidirectional: true });
      return composeText(reader, {
        className: 'MPNet',
        input: bertInput(fields, positions),
        blocks: { encoder: stack({ block: bertBlock(fields), depth, positionEncoding }) },
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
    prefix: 'mpnet.',
    mappings: [
      ...embeddingMappings(),
      ...blockMappings({
        'attention.attn.q': 'attention.query',
        'attention.attn.k': 'attention.key',
        'attention.attn.v': 'attention.value',
        'attention.attn.o': 'attention.output',
        'attention.LayerNorm': 'attentionNorm',
      }),
      ...moduleMappings({
        'encoder.relative_attention_bias': 'encoder.positions',
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
      'mpnet.embeddings.word_embeddings.weight': 'lm_head.decoder.weight',
      'lm_head.bias': 'lm_head.decoder.bias',
    },
    head: 'lm_head.decoder.weight',
  };
}
