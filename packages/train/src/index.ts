export {
  type CheckpointFiles,
  type CheckpointStore,
  memoryStore,
  type StoredCheckpoint,
  type StoreOptions,
} from './checkpoint/store.js';
export { type Document, type Documents, type PackingOptions, packed } from './data/packing.js';
export { type Pair, type PairBatch, type PairOptions, pairBatches } from './data/pairs.js';
export { shuffledOrder, splitOff } from './data/shuffle.js';
export type { TokenBatch } from './data/token-batch.js';
export { allWindows, randomWindows, type SlidingOptions, slidingWindows, type WindowOptions } from './data/windows.js';
export type { Batches, BatchesOnce, BatchSource, BatchStream } from './loop/batches.js';
export { type EvaluateOptions, type Evaluation, evaluate } from './loop/evaluation.js';
export type { CheckpointEvent, EvaluationEvent, ResumeEvent, StepEvent, TrainingEvent } from './loop/events.js';
export type { Loss, Objective } from './loop/objective.js';
export type { Frozen, TrainOptions } from './loop/options.js';
export { train } from './loop/train.js';
export type { Checkpoint, Training } from './loop/training.js';
export {
  attachLora,
  detachLora,
  type LoraOptions,
  loraParts,
  mergeLora,
  notLora,
  putBeside,
  scaleLora,
  unmergeLora,
  useLora,
} from './lora/lora.js';
export { lossInChunks } from './losses/chunked.js';
export { type LanguageLossOptions, nextToken } from './losses/next-token.js';
export { meanSquaredError } from './losses/squared-error.js';
export { type Labels, labelsOf, type TokenLossOptions, tokenLoss } from './losses/token-loss.js';
export { translation } from './losses/translation.js';
export { type AdamOptions, type AdamWOptions, adam, adamW } from './optimizers/adam.js';
export { type LionOptions, lion } from './optimizers/lion.js';
export { type MuonOptions, muon } from './optimizers/muon.js';
export { type Decays, type Memory, type Optimizer, onlyMatrices, type Update } from './optimizers/optimizer.js';
export { type SgdOptions, sgd } from './optimizers/sgd.js';
export {
  type CosineDecayOptions,
  constantRate,
  cosineDecay,
  type Fall,
  type InverseSquareRootOptions,
  inverseSquareRoot,
  linearDecay,
  type PolynomialDecayOptions,
  polynomialDecay,
  type Schedule,
  type WarmUp,
} from './schedules.js';
