import type { HasNeeds, Weights } from '@residual/layers';
import { checkSeed, expectOptions, expectValue, ResidualError } from '@residual/tensor';
import type { CheckpointStore } from '../checkpoint/store.js';
import { expectCounts, expectFraction } from '../numbers.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { Schedule } from '../schedules.js';
import type { BatchSource, FiniteBatches } from './batches.js';
import type { Loss, Objective } from './objective.js';

/** Settings of `train`. */
export interface TrainOptions<N, Batch> {
  /** The layer to train; only its needs are used. */
  readonly layer: HasNeeds<N>;
  /** Its weights. The run replaces the tensors of this tree one at a time. The caller owns the tree and disposes it. */
  readonly weights: Weights<N>;
  /** The loss to minimize. */
  readonly loss: Loss<Weights<N>, Batch> | Objective<Weights<N>, Batch>;
  /** The training data, in this order. */
  readonly batches: BatchSource<Batch>;
  /** The total number of steps, including those before a resume. */
  readonly steps: number;
  /** The optimizer; `adamW()` if absent. */
  readonly optimizer?: Optimizer;
  /** A constant or a schedule. */
  readonly learningRate: number | Schedule;
  /** Scales gradients down so that their common norm is at most this. */
  readonly clipNorm?: number;
  /** The number of batches in one step (gradient accumulation); 1 if absent. */
  readonly accumulate?: number;
  /**
   * The decay of an exponential moving average of the weights, such as 0.999. Evaluation uses the average, which
   * replaces the weights at the end.
   */
  readonly emaDecay?: number;
  /**
   * Weights that do not change: path patterns as in `record`, each of which must match a weight, or a function of the
   * path.
   */
  readonly frozen?: Frozen;
  /** The seed of dropout; 0 if absent. */
  readonly seed?: number;
  /** Whether blocks are recomputed in the backward pass: less memory, more time. */
  readonly recompute?: boolean;
  /**
   * Evaluates other data before the first step, after each `every` steps and at the end; a function gets the number of
   * completed steps.
   */
  readonly evaluate?: {
    /** The number of steps between two times. */
    readonly every: number;
    /** The evaluation data. */
    readonly batches: FiniteBatches<Batch, number>;
  };
  /**
   * Writes the whole run after each `every` steps, at the end and after an abort, and resumes from the latest
   * checkpoint.
   */
  readonly checkpoint?: {
    /** The number of steps between two times. */
    readonly every: number;
    /** The store of the checkpoints. */
    readonly store: CheckpointStore;
  };
  /** Ends the run after a complete step. */
  readonly signal?: AbortSignal;
}

/** Frozen weights: path patterns, or a function of the path. */
export type Frozen = readonly string[] | ((path: string) => boolean);

/** Throws if an option of `train` is invalid. */
export function checkOptions<N, Batch>(options: TrainOptions<N, Batch>): void {
  expectOptions('train', options, {
    layer: 1,
    weights: 1,
    loss: 1,
    batches: 1,
    steps: 1,
    optimizer: 0,
    learningRate: 1,
    clipNorm: 0,
    accumulate: 0,
    emaDecay: 0,
    frozen: 0,
    seed: 0,
    recompute: 0,
    evaluate: 0,
    checkpoint: 0,
    signal: 0,
  });
  if (options.evaluate) expectOptions('train: evaluate', options.evaluate, { every: 1, batches: 1 });
  if (options.checkpoint) expectOptions('train: checkpoint', options.checkpoint, { every: 1, store: 1 });
  if (options.optimizer && typeof options.optimizer.update !== 'function')
    throw new ResidualError('option', 'train: optimizer is no optimizer, such as adamW() gives');
  const { steps, accumulate = 1, clipNorm = 1, emaDecay = 0, evaluate, checkpoint, seed = 0 } = options;
  checkSeed('train', seed);
  expectCounts('train', {
    steps,
    accumulate,
    'evaluate.every': evaluate?.every ?? 1,
    'checkpoint.every': checkpoint?.every ?? 1,
  });
  expectValue(clipNorm > 0, 'train', 'clipNorm', clipNorm, 'a number above 0', 'range'); // Infinity does not clip
  expectFraction('train', 'emaDecay', emaDecay);
}
