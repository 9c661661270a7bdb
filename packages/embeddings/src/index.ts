export { alibi, alibiSlopes } from './alibi.js';
export { type LearnedPositions, learnedPositions } from './learned.js';
export { type Rotary, type RotaryOptions, rotary } from './rotary.js';
export { type RotaryFrequencyOptions, type RotaryScaling, rotaryFrequencies } from './rotary-scaling.js';
export { type SinusoidalPositions, sinusoidalPositions } from './sinusoidal.js';
export {
  type Embedding,
  type TokenEmbedding,
  type TokenEmbeddingOptions,
  tiedHead,
  tokenEmbedding,
} from './token.js';
