import { checkSeed, expectInteger, expectOptions, expectValue, ResidualError } from '@residual/tensor';
import {
  adam,
  type BatchSource,
  type Optimizer,
  type Schedule,
  type StepEvent,
  type TrainingEvent,
  type TrainOptions,
} from '@residual/train';
import { pathOfName } from '../../names/transformer-lens.js';
import { activationKind, type SparseActivation } from '../activation.js';
import type { ActivationBatch } from './batch.js';

/** Settings of `trainSparseAutoencoder`. */
export interface TrainSparseAutoencoderOptions {
  /** The path of the activations, such as `decoder.layers.3.output`, or a name of TransformerLens. */
  readonly path: string;
  /** What the model reads in each step, in the forms that `train` takes. */
  readonly batches: BatchSource<ActivationBatch>;
  /** The number of features. */
  readonly features: number;
  /** What makes features sparse; { topK: 32 } if absent. */
  readonly activation?: SparseActivation;
  /** The total number of steps, including those before a resume. */
  readonly steps: number;
  /** A constant or a schedule; 0.0002 / √(features / 2¹⁴) if absent (Gao et al. 2024). */
  readonly learningRate?: number | Schedule;
  /** The coefficient of the sparsity penalty, a constant or a schedule; 1 if absent. `topK` has none. */
  readonly sparsity?: number | Schedule;
  /** The number of tokens without activity after which a feature counts as dead; 100,000 if absent. */
  readonly deadAfter?: number;
  /** The coefficient of the loss that revives dead features; if absent 1/32 for `topK`, else 0.001. */
  readonly deadCoefficient?: number;
  /** The width of the estimate of the gradient of a `jumpRelu` threshold; 0.05 if absent. */
  readonly bandwidth?: number;
  /** The optimizer; `adam()` if absent. */
  readonly optimizer?: Optimizer;
  /** Scales gradients down so that their common norm is at most this; 1 if absent. */
  readonly clipNorm?: number;
  /** The seed of the first weights; 0 if absent. */
  readonly seed?: number;
  /** Writes the whole run after each `every` steps and at the end, and resumes from the latest checkpoint. */
  readonly checkpoint?: TrainOptions<unknown, unknown>['checkpoint'];
  /** Ends the run after a complete step. */
  readonly signal?: AbortSignal;
}

/** The event after each step, about the batch of this step before the update. */
export interface SparseAutoencoderStep extends StepEvent {
  /** The mean number of active features of a token. */
  readonly l0: number;
  /** 1 - Σ ‖x - x̂‖² / Σ ‖x - mean‖²: the share of the variance that the reconstruction explains. */
  readonly explainedVariance: number;
  /** The number of dead features. */
  readonly deadFeatures: number;
}

/** The events of the training of a sparse autoencoder. */
export type SparseAutoencoderEvent = SparseAutoencoderStep | Exclude<TrainingEvent, StepEvent>;

/** All settings of a run, complete. */
export type TrainingSettings = Required<Omit<TrainSparseAutoencoderOptions, 'checkpoint' | 'signal'>> &
  Pick<TrainSparseAutoencoderOptions, 'checkpoint' | 'signal'>;

const caller = 'trainSparseAutoencoder';

/** The settings of a run, complete. Errors if one is invalid; those that `train` takes are checked there. */
export function settingsOf(options: TrainSparseAutoencoderOptions): TrainingSettings {
  expectOptions(caller, options, {
    path: 1,
    batches: 1,
    features: 1,
    activation: 0,
    steps: 1,
    learningRate: 0,
    sparsity: 0,
    deadAfter: 0,
    deadCoefficient: 0,
    bandwidth: 0,
    optimizer: 0,
    clipNorm: 0,
    seed: 0,
    checkpoint: 0,
    signal: 0,
  });
  const { features, activation = { topK: 32 }, sparsity, seed = 0, bandwidth = 0.05, deadAfter = 100_000 } = options;
  expectInteger(caller, 'features', features, { min: 1 });
  const kind = activationKind(caller, activation, features);
  if (sparsity !== undefined && kind === 'topK')
    throw new ResidualError('option', `${caller}: sparsity is a coefficient that topK does not have; leave it out`);
  if (options.bandwidth !== undefined && kind !== 'jumpRelu')
    throw new ResidualError('option', `${caller}: bandwidth is of jumpRelu, and the activation is ${kind}`);
  checkSeed(caller, seed);
  expectInteger(caller, 'deadAfter', deadAfter, { min: 1 });
  const { deadCoefficient = kind === 'topK' ? 1 / 32 : 0.001 } = options;
  const isCoefficient = deadCoefficient >= 0 && deadCoefficient < Infinity;
  expectValue(isCoefficient, caller, 'deadCoefficient', deadCoefficient, 'a number, 0 or more');
  return {
    ...options,
    path: pathOfName(options.path),
    activation,
    learningRate: options.learningRate ?? 2e-4 / Math.sqrt(features / 2 ** 14),
    sparsity: sparsity ?? 1,
    deadAfter,
    deadCoefficient,
    bandwidth,
    optimizer: options.optimizer ?? adam(),
    clipNorm: options.clipNorm ?? 1,
    seed,
  };
}

/** The value of a constant or a schedule at a step. Errors unless it is a number, 0 or more. */
export function coefficientAt(coefficient: number | Schedule, step: number): number {
  const value = typeof coefficient === 'function' ? coefficient(step) : coefficient;
  expectValue(value >= 0 && value < Infinity, caller, 'sparsity', value, 'a number, 0 or more');
  return value;
}
