import { sinusoidalPositions } from '@residual/embeddings';
import { fairseqFamily } from './fairseq.js';
import type { Family, SequenceToSequenceComposition } from './family.js';

/** Pegasus (Zhang et al. 2020): norms before each part, sinusoids. */
export const pegasus: Family<SequenceToSequenceComposition> = /* @__PURE__ */ fairseqFamily({
  name: 'pegasus',
  modelTypes: ['pegasus'],
  architectures: ['PegasusForConditionalGeneration', 'PegasusModel'],
  norms: 'before',
  inputNorm: false,
  positions: options => sinusoidalPositions({ ...options, layout: 'halves' }),
  table: { leaf: 'weight', usable: true, written: true },
  learned: false,
  logitsBias: true,
  scaleEmbedding: false,
  activation: 'gelu',
  fixed: {
    normalize_before: true,
    normalize_embedding: false,
    add_final_layer_norm: true,
    add_bias_logits: false,
    extra_pos_embeddings: 1,
  },
});
