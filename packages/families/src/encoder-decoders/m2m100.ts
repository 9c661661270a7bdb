import { sinusoidalPositions } from '@residual/embeddings';
import type { Family, SequenceToSequenceComposition } from '../family.js';
import { fairseqFamily } from './fairseq.js';

/** M2M-100 and NLLB (Fan et al. 2020): pre-norm, sinusoidal positions that start at 2. */
export const m2m100: Family<SequenceToSequenceComposition> = /* @__PURE__ */ fairseqFamily({
  name: 'm2m100',
  modelTypes: ['m2m_100'],
  architectures: ['M2M100ForConditionalGeneration', 'M2M100Model'],
  norms: 'pre',
  embeddingNorm: false,
  positionEncoding: options => sinusoidalPositions({ ...options, layout: 'halves', spacing: 'inclusive', offset: 2 }),
  positionTable: { leaf: 'weights', offset: 2 },
  hasLearnedPositions: false,
  logitsBias: false,
  scaleEmbedding: true,
  activation: 'relu',
  fixedFields: {},
});
