export { type Alibi, type AlibiOptions, alibi, alibiSlopes } from './alibi.js';
export { beforePositions } from './before-positions.js';
export { type CombinedPositions, combinedPositions } from './combined.js';
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
