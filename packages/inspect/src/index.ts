export type { BoundLayer } from './bound-layer.js';
export {
  type CircuitOptions,
  fullQueryKeyCircuit,
  fullValueOutputCircuit,
  type QueryKeyOptions,
  queryKeyCircuit,
  valueOutputCircuit,
} from './circuits/circuits.js';
export { type CopyingScoresOptions, copyingScore, copyingScores } from './circuits/copying-scores.js';
export {
  type Complex,
  type DenseMatrix,
  type Entry,
  FactoredMatrix,
  factoredMatrix,
} from './circuits/factored-matrix.js';
export type { HeadSelection } from './circuits/head-weights.js';
export {
  type AblateOptions,
  ablate,
  addNoise,
  type NoiseOptions,
  type PatchOptions,
  patch,
  type SteerOptions,
  steer,
  type Vector,
} from './hooks/hooks.js';
export type { Selection } from './hooks/selection.js';
export type { ModelInput, TokenIds } from './model-input.js';
export { pathOfName } from './names/transformer-lens.js';
export {
  type ActivationStatistics,
  activationStatistics,
} from './neurons/activation-statistics.js';
export type { Corpus, CorpusOptions } from './neurons/each-activation.js';
export {
  type NeuronActivations,
  type TopActivation,
  type TopActivationsOptions,
  topActivations,
} from './neurons/top-activations.js';
export { type Run, type RunOptions, run } from './run.js';
export { type HeadScores, type HeadScoresOptions, headScores } from './scores/head-scores.js';
export { type RepeatedTokensOptions, repeatedTokens } from './scores/repeated-tokens.js';
export { type Anatomy, anatomyOf, type Block, type BlockPart, type FinalNorm } from './structure/anatomy.js';
