import { rotary } from '@residual/embeddings';
import { stack } from '@residual/transformer';
import { firstDifference } from '../checkpoint/first-difference.js';
import { ConfigReader } from '../config/config.js';
import type { Difference, Family, TextComposition } from '../family.js';
import { composeText } from '../text/compose-text.js';
import { allTasks, architecturesOf } from '../text/text-tasks.js';
import {
  answerHead,
  bertBlock,
  bertFields,
  bertInput,
  bertMaskedHead,
  denseClassifier,
  ignoredBertFields,
  tokenClassifier,
} from './bert-parts.js';
import { pretrainingBuffers } from './buffers.js';
import { blockMappings, decoderMappings, embeddingMappings, moduleMappings } from './mappings.js';

/** RoFormer (Su et al. 2021): BERT with rotary positions of neighbouring entries. */
export const roformer: Family<TextComposition> = /* @__PURE__ */ roformerFamily();

function roformerFamily(): Family<TextComposition> {
  return {
    name: 'roformer',
    modelTypes: ['roformer'],
    architectures: architecturesOf('RoFormer', allTasks),
    compose: (config, { ignoreConfig = [] } = {}) => {
      const reader = new ConfigReader('roformer', config);
      const modelDim = reader.size('hidden_size', 768);
      const fields = bertFields(reader, { vocab: 50000, embeddingDim: modelDim });
      const { depth, heads } = fields;
      const maxPositions = reader.maxPositions('max_position_embeddings', 1536);
      reader.expectValue('rotary_value', false);
      const positionEncoding = rotary({ headDim: modelDim / heads, storedPositions: maxPositions, interleaved: true });
      return composeText(reader, {
        className: 'RoFormer',
        input: bertInput(fields, {}),
        blocks: { encoder: stack({ block: bertBlock(fields, positionEncoding), depth }) },
        heads: {
          'masked-lm': () => bertMaskedHead(fields),
          'sequence-classification': labels => denseClassifier(fields, labels, fields.activation),
          'token-classification': labels => tokenClassifier(fields, labels),
          'question-answering': labels => answerHead(modelDim, labels),
        },
        sizes: { maxPositions, depth, heads },
        ignoredFields: [...ignoredBertFields, ...ignoreConfig],
      });
    },
    prefix: 'roformer.',
    mappings: [
      ...embeddingMappings(),
      ...blockMappings(),
      ...moduleMappings({
        embeddings_project: 'onEmbedded.projection',
        '/cls.predictions.transform.dense': 'transform.dense',
        '/cls.predictions.transform.LayerNorm': 'transform.norm',
        '/classifier.dense': 'head.dense',
        '/classifier.out_proj': 'head.output',
        '/classifier': 'head.classifier',
        '/qa_outputs': 'head.spans',
      }),
      ...decoderMappings('/cls.predictions.decoder.weight', '/cls.predictions.bias'),
    ],
    buffers: [
      ...pretrainingBuffers(),
      { name: /(^|\.)encoder\.embed_positions\.weight$/, findDifference: differsFromSinusoids },
    ],
    aliases: {
      'roformer.embeddings.word_embeddings.weight': 'cls.predictions.decoder.weight',
      'cls.predictions.bias': 'cls.predictions.decoder.bias',
    },
    head: 'cls.predictions.decoder.weight',
  };
}

/** Compares with the sines and cosines [positions, headDim] of the rotary angles, sines first. */
function differsFromSinusoids(values: Float32Array, shape: readonly number[]): Difference | undefined {
  const width = shape.at(-1) ?? 2;
  const half = Math.floor(width / 2);
  return firstDifference(
    values,
    index => {
      const [position, entry] = [Math.floor(index / width), index % width];
      const angle = position / 10000 ** ((2 * (entry % half)) / width);
      return entry < half ? Math.sin(angle) : Math.cos(angle);
    },
    () => 1e-5,
  );
}
