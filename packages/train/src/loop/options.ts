import type { HasNeeds, Weights } from '@residual/layers';
import { checkSeed, expectOptions, ResidualError } from '@residual/tensor';
import type { CheckpointStore } from '../checkpoint/store.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { Schedule } from '../schedules.js';
import type { BatchSource, FiniteBatches } from './batches.js';
import type { Loss, Objective } from './objective.js';

/** Settings of `train`. */
export interface TrainOptions<N, Batch> {
  /** The layer that is trained, for its needs. */
  readonly layer: HasNeeds<N>;
  /** Its weights. The run puts new tensors into this tree, one at a time; it stays the caller's, who disposes it. */
  readonly weights: Weights<N>;
  /** What is made small. */
  readonly loss: Loss<Weights<N>, Batch> | Objective<Weights<N>, Batch>;
  /** What the loss is computed on, in this order. */
  readonly batches: BatchSource<Batch>;
  /** How many steps in all, those of an earlier part of the run included. */
  readonly steps: number;
  /** `adamW()` if absent. */
  readonly optimizer?: Optimizer;
  /** A number, or a schedule. */
  readonly learningRate: number | Schedule;
  /** Gradients whose common norm is above this are scaled down to it. */
  readonly clipNorm?: number;
  /** How many batches make one step; 1 if absent. */
  readonly accumulate?: number;
  /** Keeps a moving average of the weights with this decay, such as 0.999: it is what is evaluated, and takes their place when the run has ended. */
  readonly emaDecay?: number;
  /** Weights that stay as they are: patterns of paths as in `record`, each of which must fit one, or a function of the path. */
  readonly frozen?: Frozen;
  /** Of what is random in training, such as dropout; 0 if absent. */
  readonly seed?: number;
  /** Blocks of stacks are computed again in the backward pass: less memory, more time. */
  readonly recompute?: boolean;
  /** Looks at other data before the first step, after each `every` steps and at the end; a function is told how many steps are done. */
  readonly evaluate?: {
    /** After so many steps each time. */
    readonly every: number;
    /** The other data. */
    readonly batches: FiniteBatches<Batch, number>;
  };
  /** Writes the whole run after each `every` steps, at the end and after an abort, and begins from the latest that is there. */
  readonly checkpoint?: {
    /** After so many steps each time. */
    readonly every: number;
    /** Where checkpoints are kept. */
    readonly store: CheckpointStore;
  };
  /** Ends the run after a whole step. */
  readonly signal?: AbortSignal;
}

/** Weights that stay as they are. */
export type Frozen = readonly string[] | ((path: string) => boolean);

/** Throws where a setting of `train` does not fit. */
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
  const { steps, accumulate = 1, clipNorm = 1, emaDecay, evaluate, checkpoint, seed = 0 } = options;
  checkSeed('train', seed);
  const counts = {
    steps,
    accumulate,
    'evaluate.every': evaluate?.every ?? 1,
    'checkpoint.every': checkpoint?.every ?? 1,
  };
  for (const [name, value] of Object.entries(counts))
    if (!(Number.isSafeInteger(value) && value > 0))
      throw new ResidualError('range', `train: ${name} is ${value}; it must be a whole number above 0`);
  if (!(clipNorm > 0)) throw new ResidualError('range', `train: clipNorm is ${clipNorm}; it must be above 0`);
  if (emaDecay !== undefined && !(emaDecay >= 0 && emaDecay < 1))
    throw new ResidualError('range', `train: emaDecay is ${emaDecay}; it must be from 0 to below 1`);
}
