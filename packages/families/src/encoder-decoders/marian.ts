import { sinusoidalPositions } from '@residual/embeddings';
import type { Family, SequenceToSequenceComposition } from '../family.js';
import { fairseqFamily } from './fairseq.js';

/**
 * Marian (Junczys-Dowmunt et al. 2018): post-norm blocks with sinusoidal positions, the architecture of the OPUS-MT
 * translators.
 */
export const marian: Family<SequenceToSequenceComposition> = /* @__PURE__ */ fairseqFamily({
  name: 'marian',
  modelTypes: ['marian'],
  architectures: ['MarianMTModel', 'MarianModel'],
  norms: 'post',
  embeddingNorm: false,
  positionEncoding: options => sinusoidalPositions({ ...options, layout: 'halves' }),
  positionTable: { leaf: 'weight', mayDiffer: true },
  hasLearnedPositions: false,
  logitsBias: true,
  scaleEmbedding: false,
  activation: 'gelu',
  separateEmbeddings: true,
  fixedFields: {
    normalize_before: false,
    normalize_embedding: false,
    add_final_layer_norm: false,
    add_bias_logits: false,
    extra_pos_embeddings: undefined,
  },
});
