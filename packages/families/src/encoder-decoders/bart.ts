import { learnedPositions } from '@residual/embeddings';
import type { Family, SequenceToSequenceComposition } from '../family.js';
import { fairseqFamily } from './fairseq.js';

/** BART (Lewis et al. 2020): post-norm, learned positions after two unused rows, a norm after the embedding. */
export const bart: Family<SequenceToSequenceComposition> = /* @__PURE__ */ fairseqFamily({
  name: 'bart',
  modelTypes: ['bart'],
  architectures: ['BartForConditionalGeneration', 'BartModel'],
  norms: 'post',
  embeddingNorm: true,
  positionEncoding: options => learnedPositions({ ...options, offset: 2 }),
  hasLearnedPositions: true,
  logitsBias: true,
  scaleEmbedding: false,
  activation: 'gelu',
  fixedFields: {
    normalize_before: false,
    normalize_embedding: true,
    add_final_layer_norm: false,
    add_bias_logits: false,
    extra_pos_embeddings: 2,
  },
});
