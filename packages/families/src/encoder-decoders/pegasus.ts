import { sinusoidalPositions } from '@residual/embeddings';
import type { Family, SequenceToSequenceComposition } from '../family.js';
import { fairseqFamily } from './fairseq.js';

/** Pegasus (Zhang et al. 2020): pre-norm, sinusoidal positions. */
export const pegasus: Family<SequenceToSequenceComposition> = /* @__PURE__ */ fairseqFamily({
  name: 'pegasus',
  modelTypes: ['pegasus'],
  architectures: ['PegasusForConditionalGeneration', 'PegasusModel'],
  norms: 'pre',
  embeddingNorm: false,
  positionEncoding: options => sinusoidalPositions({ ...options, layout: 'halves' }),
  positionTable: { leaf: 'weight', mayDiffer: true, alwaysSaved: true },
  hasLearnedPositions: false,
  logitsBias: true,
  scaleEmbedding: false,
  activation: 'gelu',
  fixedFields: {
    normalize_before: true,
    normalize_embedding: false,
    add_final_layer_norm: true,
    add_bias_logits: false,
    extra_pos_embeddings: 1,
  },
});
