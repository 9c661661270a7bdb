export {
  type CheckpointFiles,
  type CheckpointStore,
  memoryStore,
  type StoredCheckpoint,
  type StoreOptions,
} from './checkpoint/store.js';
export { type CodeUsage, codeUsage } from './data/code-usage.js';
export { type Document, type Documents, type PackingOptions, packDocuments } from './data/packing.js';
export { type Pair, type PairBatch, type PairOptions, pairBatches } from './data/pairs.js';
export { type PromptBatchOptions, type PromptedTarget, promptBatch, promptBatches } from './data/prompts.js';
export { shuffledOrder, trainValidationSplit } from './data/shuffle.js';
export { shuffledEpochs } from './data/shuffled-epochs.js';
export type { TokenBatch } from './data/token-batch.js';
export { allWindows, randomWindows, type SlidingOptions, slidingWindows, type WindowOptions } from './data/windows.js';
export { type LandscapeOptions, type LossLandscape, lossLandscape } from './landscape.js';
export { type Batches, type BatchSource, type BatchStream, batchesFrom, type FiniteBatches } from './loop/batches.js';
export { type EvaluateOptions, type Evaluation, evaluate } from './loop/evaluation.js';
export type { CheckpointEvent, EvaluationEvent, ResumeEvent, StepEvent, TrainingEvent } from './loop/events.js';
export type { Loss, Objective } from './loop/objective.js';
export type { Frozen, TrainOptions } from './loop/options.js';
export { train } from './loop/train.js';
export type { Checkpoint, Training } from './loop/training.js';
export {
  addAdapter,
  attachLora,
  detachLora,
  freezeBase,
  type LoraOptions,
  loraParts,
  mergeLora,
  scaleLora,
  unmergeLora,
  useLora,
} from './lora/lora.js';
export { chunkedLoss } from './losses/chunked-loss.js';
export { type ContrastiveInputs, type ContrastiveLossOptions, contrastiveLoss } from './losses/contrastive-loss.js';
export { type LanguageModelLossOptions, languageModelLoss } from './losses/language-model-loss.js';
export { meanSquaredError } from './losses/mean-squared-error.js';
export { type QuantizationLossOptions, quantizationLoss } from './losses/quantization-loss.js';
export { sequenceToSequenceLoss } from './losses/sequence-to-sequence-loss.js';
export { throughCache } from './losses/through-cache.js';
export { type Labels, labelsOf, type TokenLossOptions, tokenLoss } from './losses/token-loss.js';
export { type AdamOptions, type AdamWOptions, adam, adamW } from './optimizers/adam.js';
export { type LionOptions, lion } from './optimizers/lion.js';
export { type MuonOptions, muon } from './optimizers/muon.js';
export {
  type Optimizer,
  type OptimizerState,
  onlyMatrices,
  type UpdateInput,
  type WeightFilter,
} from './optimizers/optimizer.js';
export { type SgdOptions, sgd } from './optimizers/sgd.js';
export {
  type CosineDecayOptions,
  constantRate,
  cosineDecay,
  type DecayOptions,
  type InverseSquareRootOptions,
  inverseSquareRoot,
  linearDecay,
  type PolynomialDecayOptions,
  polynomialDecay,
  type Schedule,
  type WarmUpOptions,
} from './schedules.js';
