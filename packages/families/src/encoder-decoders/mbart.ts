import { learnedPositions } from '@residual/embeddings';
import type { Family, SequenceToSequenceComposition } from '../family.js';
import { fairseqFamily } from './fairseq.js';

/** mBART (Liu et al. 2020): BART with pre-norm blocks and a final norm in encoder and decoder. */
export const mbart: Family<SequenceToSequenceComposition> = /* @__PURE__ */ fairseqFamily({
  name: 'mbart',
  modelTypes: ['mbart'],
  architectures: ['MBartForConditionalGeneration', 'MBartModel'],
  norms: 'pre',
  embeddingNorm: true,
  positionEncoding: options => learnedPositions({ ...options, offset: 2 }),
  hasLearnedPositions: true,
  logitsBias: true,
  scaleEmbedding: false,
  activation: 'gelu',
  fixedFields: {
    normalize_before: true,
    normalize_embedding: true,
    add_final_layer_norm: true,
    add_bias_logits: false,
    extra_pos_embeddings: 2,
  },
});
