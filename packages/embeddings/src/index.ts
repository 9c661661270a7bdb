export { type Alibi, type AlibiOptions, alibi, alibiSlopes } from './alibi.js';
export { beforePositions } from './before-positions.js';
export { type CombinedPositions, combinedPositions } from './combined.js';
export { type ConvolutionalPositions, convolutionalPositions } from './convolutional.js';
export { type GridBias, type GridBiasOptions, gridBias, gridBiasRows } from './image/grid-bias.js';
export { type GridPositions, type GridPositionsOptions, gridPositions } from './image/grid-positions.js';
export { type LearnedTokens, type LearnedTokensOptions, learnedTokens } from './image/learned-tokens.js';
export { type PatchEmbedding, type PatchEmbeddingOptions, patchEmbedding } from './image/patch-embedding.js';
export { type PatchGrid, patchGrids } from './image/patch-grid.js';
export { type PatchRotary, type PatchRotaryOptions, patchRotary } from './image/patch-rotary.js';
export { type ResizeMethod, resizeWeights } from './image/resize-weights.js';
export { type JoinedEmbeddingParts, joinedEmbedding } from './joined.js';
export { type LearnedPositions, type LearnedPositionsOptions, learnedPositions } from './learned.js';
export {
  type RelativePositions,
  type RelativePositionsOptions,
  relativeBucket,
  relativePositions,
} from './relative.js';
export { type Rotary, type RotaryOptions, rotary } from './rotary.js';
export { type RotaryFrequencyOptions, type RotaryScaling, rotaryFrequencies } from './rotary-scaling.js';
export { type SinusoidalPositions, type SinusoidalPositionsOptions, sinusoidalPositions } from './sinusoidal.js';
export { type PositionTemperatureOptions, positionTemperature } from './temperature.js';
export {
  type ProjectedEmbeddingParts,
  projectedEmbedding,
  type TokenEmbedding,
  type TokenEmbeddingOptions,
  tiedHead,
  tokenEmbedding,
} from './token.js';
export { type PositionIds, unpaddedPositions } from './unpadded-positions.js';
