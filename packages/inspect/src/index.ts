export { type AttentionRolloutOptions, attentionRollout } from './attribution/attention-rollout.js';
export {
  type AttributeOptions,
  attributeLogits,
  type Contribution,
  type LogitAttribution,
} from './attribution/attribute-logits.js';
export type { AttributionMetric } from './attribution/attribution-metric.js';
export {
  type DecomposeOptions,
  type Decomposition,
  decomposeResidual,
  type ResidualComponent,
} from './attribution/decompose-residual.js';
export {
  type GradientTimesInputOptions,
  gradientTimesInput,
  type InputAttribution,
} from './attribution/gradient-times-input.js';
export {
  type IntegratedGradients,
  type IntegratedGradientsOptions,
  integratedGradients,
} from './attribution/integrated-gradients.js';
export type { Split } from './attribution/residual-run.js';
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
export { type DenseMatrix, type Entry, FactoredMatrix, factoredMatrix } from './circuits/factored-matrix.js';
export type { HeadSelection } from './circuits/head-weights.js';
export type { Complex } from './circuits/spectra.js';
export { type AblateOptions, ablate } from './hooks/ablate.js';
export { type Activations, change, type Vector } from './hooks/change.js';
export { hooked } from './hooks/hooked.js';
export { type MeanActivations, type MeanOptions, meanActivations } from './hooks/mean-activations.js';
export { type PatchOptions, patch } from './hooks/patch.js';
export type { Site } from './hooks/position-axis.js';
export type { Selection } from './hooks/selection.js';
export { addNoise, type NoiseOptions, type SteerOptions, steer } from './hooks/steer.js';
export { type LensDivergence, type LensDivergenceOptions, lensDivergence } from './lens/lens-divergence.js';
export type { LensToken } from './lens/lens-tokens.js';
export { type LensLayer, type LensResult, type LogitLensOptions, logitLens } from './lens/logit-lens.js';
export { loadTunedLens, type Translators, type TunedLens, tunedLens } from './lens/tuned-lens.js';
export { tunedLensLoss } from './lens/tuned-lens-loss.js';
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
export {
  type NameExample,
  type NameMoverOptions,
  type NameMoverScores,
  nameMoverScores,
} from './scores/name-movers.js';
export { type RepeatedTokensOptions, repeatedTokens } from './scores/repeated-tokens.js';
export type { SparseActivation } from './sparse-autoencoder/activation.js';
export type { BoundSparseAutoencoder } from './sparse-autoencoder/bound.js';
export {
  type FeatureLogits,
  type FeatureLogitsOptions,
  type FeatureTexts,
  type FeatureTextsOptions,
  featureLogits,
  featureTexts,
  type TokenEffect,
} from './sparse-autoencoder/features.js';
export type { Layout as SparseAutoencoderLayout } from './sparse-autoencoder/files/layouts.js';
export { type LoadSparseAutoencoderOptions, loadSparseAutoencoder } from './sparse-autoencoder/files/load.js';
export { type SaveSparseAutoencoderOptions, saveSparseAutoencoder } from './sparse-autoencoder/files/save.js';
export {
  ablateFeature,
  type FeatureSite,
  type ReconstructOptions,
  reconstruct,
  type SteerFeatureOptions,
  steerFeature,
} from './sparse-autoencoder/hooks.js';
export type { Normalization } from './sparse-autoencoder/normalization.js';
export {
  type SparseAutoencoder,
  type SparseAutoencoderNeeds,
  type SparseAutoencoderOptions,
  type SparseAutoencoderSettings,
  type SparseAutoencoderWeights,
  sparseAutoencoder,
} from './sparse-autoencoder/sparse-autoencoder.js';
export type { ActivationBatch } from './sparse-autoencoder/training/batch.js';
export type {
  SparseAutoencoderEvent,
  SparseAutoencoderStep,
  TrainSparseAutoencoderOptions,
} from './sparse-autoencoder/training/options.js';
export { type SparseAutoencoderTraining, trainSparseAutoencoder } from './sparse-autoencoder/training/train.js';
export { type Anatomy, anatomyOf, type Block, type BlockPart, type FinalNorm } from './structure/anatomy.js';
export { type CausalTrace, type CausalTraceOptions, causalTrace } from './sweeps/causal-trace.js';
export { type PatchSweepOptions, patchSweep, type Sweep } from './sweeps/patch-sweep.js';
export { type PathPatchOptions, pathPatch, type Receiver } from './sweeps/path-patch.js';
export type { PromptInput } from './sweeps/prompt.js';
