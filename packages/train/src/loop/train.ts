import { emptyScope, type HasNeeds, matcher, type Weights } from '@residual/layers';
import { checkSeed, clone, dispose, memory, pacer, ResidualError, tidy } from '@residual/tensor';
import type { CheckpointStore } from '../checkpoint/store.js';
import { adamW } from '../optimizers/adam.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { Schedule } from '../schedules.js';
import { type BatchSource, batchesFrom } from './batches.js';
import type { EvaluationEvent, StepEvent, TrainingEvent } from './events.js';
import { type Loss, type Objective, objectiveOf } from './objective.js';
import { type Parameter, parametersOf } from './parameters.js';
import { RunState } from './state.js';
import { dataOf, gradientsOf, type Placed, update } from './step.js';

/** Settings of `train`. */
export interface TrainOptions<N, Batch> {
  /** The layer that is trained, for its needs. */
  readonly layer: HasNeeds<N>;
  /** Its weights. The run puts new tensors into this tree, one at a time; it stays the caller's, who disposes it. */
  readonly weights: Weights<N>;
  /** What is made small. */
  readonly loss: Loss<Weights<N>, Batch> | Objective<Weights<N>, Batch>;
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
  readonly average?: number;
  /** Weights that stay as they are: patterns of paths as in `record`, or a function of the path. */
  readonly frozen?: Frozen;
  /** Of what is random in training, such as dropout; 0 if absent. */
  readonly seed?: number;
  /** Blocks of stacks are computed again in the backward pass: less memory, more time. */
  readonly recompute?: boolean;
  /** Looks at other data before the first step, after each `every` steps and at the end; it is told how many steps are done. */
  readonly evaluate?: {
    readonly every: number;
    readonly batches: (step: number) => AsyncIterable<Batch> | Iterable<Batch>;
  };
  /** Writes the whole run after each `every` steps, at the end and after an abort, and begins from the latest that is there. */
  readonly checkpoint?: { readonly every: number; readonly store: CheckpointStore };
  readonly signal?: AbortSignal;
}

/** Weights that stay as they are. */
export type Frozen = readonly string[] | ((path: string) => boolean);

/** A training run: iterate it and it goes on; what is set between two steps holds from the next. */
export interface Training extends AsyncIterable<TrainingEvent> {
  learningRate: number | Schedule;
  frozen: Frozen;
}

/**
 * Trains a layer: an iterator of events, one for each step, evaluation and checkpoint. Leaving the loop, an abort or an error frees everything but the
 * weights, which are those after the last whole step. Errors name the step: a loss or gradient that is not finite with the place where it first appears,
 * data that is empty.
 */
export function train<N, Batch>(options: TrainOptions<N, Batch>): Training {
  return new Run(options);
}

class Run<N, Batch> implements Training {
  learningRate: number | Schedule;
  frozen: Frozen;
  private readonly optimizer: Optimizer;
  private readonly parameters: ReadonlyMap<string, Parameter>;
  private readonly objective: Objective<Weights<N>, Batch>;
  private started = false;

  constructor(private readonly options: TrainOptions<N, Batch>) {
    const { layer, weights, loss, optimizer = adamW(), learningRate, frozen = [] } = options;
    checkOptions(options);
    this.optimizer = optimizer;
    this.learningRate = learningRate;
    this.frozen = frozen;
    this.parameters = parametersOf(layer, weights);
    this.objective = objectiveOf(loss);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<TrainingEvent, void> {
    if (this.started) throw new ResidualError('order', 'train: this run was iterated before; make another');
    this.started = true;
    const { steps, checkpoint, evaluate, signal } = this.options;
    const state = new RunState(this.optimizer);
    const pace = pacer();
    let batches: AsyncGenerator<Batch, void> | undefined;
    let written = -1;
    try {
      signal?.throwIfAborted();
      const stored = await checkpoint?.store.latest();
      if (stored) {
        await state.restore(stored, this.parameters);
        written = state.step;
      }
      batches = batchesFrom(this.options.batches, state.position);
      if (evaluate && state.step === 0) yield await this.evaluation(state, evaluate.batches(state.step));
      while (state.step < steps) {
        await pace(signal);
        const event = await this.step(state, batches);
        if (!event) break;
        yield event;
        const isLast = state.step === steps;
        if (evaluate && (state.step % evaluate.every === 0 || isLast))
          yield await this.evaluation(state, evaluate.batches(state.step));
        if (checkpoint && (state.step % checkpoint.every === 0 || isLast)) {
          const name = await checkpoint.store.write(state.step, await state.files(this.parameters));
          written = state.step;
          yield { type: 'checkpoint', step: state.step, name };
        }
      }
      for (const [path, value] of state.average) this.parameters.get(path)!.set(clone(value));
    } catch (error) {
      if (checkpoint && signal?.aborted && state.step > Math.max(written, 0))
        await checkpoint.store.write(state.step, await state.files(this.parameters));
      throw error;
    } finally {
      await batches?.return();
      state.dispose();
    }
  }

  /** One step; undefined where the data has ended. */
  private async step(state: RunState, batches: AsyncGenerator<Batch, void>): Promise<StepEvent | undefined> {
    const { accumulate = 1, clipNorm = Number.POSITIVE_INFINITY, average, signal } = this.options;
    const number = state.step + 1;
    const begun = performance.now();
    try {
      const read: Placed<Batch>[] = [];
      while (read.length < accumulate) {
        const { value, done } = await batches.next();
        if (done) break;
        read.push({ batch: value, position: state.position + read.length });
      }
      if (read.length === 0) return undefined;
      const trained = this.trained();
      const found = await gradientsOf({ ...this.parts(), trained }, read, number);
      if (signal?.aborted) {
        dispose([...found.gradients.values()]);
        signal.throwIfAborted();
      }
      const rate = this.rateAt(state.step);
      // As in the reference: the norm is raised by 1e-6 before it divides.
      const scale = Math.min(1, clipNorm / (found.norm + 1e-6));
      update(this.optimizer, state, trained, found.gradients, { rate, scale, average });
      state.step = number;
      state.position += read.length;
      const tokens = read.reduce((all, { batch }) => all + (this.objective.tokens?.(batch) ?? 0), 0);
      const { tensors, bytes } = memory();
      return {
        type: 'step',
        step: number,
        loss: found.loss,
        learningRate: rate,
        gradientNorm: found.norm,
        tokensPerSecond: (tokens * 1000) / (performance.now() - begun),
        memory: { tensors, bytes },
      };
    } catch (error) {
      if (!ResidualError.is(error) || error.message.includes(`step ${number}`)) throw error;
      const told = error.message.startsWith('train: ') ? error.message.slice('train: '.length) : error.message;
      throw new ResidualError(error.code, `train: step ${number}: ${told}`, { cause: error });
    }
  }

  private parts() {
    const { layer, weights, seed = 0, recompute = false } = this.options;
    return { layer: layer as HasNeeds<unknown>, weights, objective: this.objective, seed, recompute };
  }

  /** The parameters that are not frozen now. Errors where none is left. */
  private trained(): ReadonlyMap<string, Parameter> {
    const { frozen } = this;
    const isFrozen = typeof frozen === 'function' ? frozen : matcher('train: frozen', frozen);
    const trained = new Map([...this.parameters].filter(([path]) => !isFrozen(path)));
    if (trained.size > 0) return trained;
    throw new ResidualError(
      'freeze',
      `train: all ${this.parameters.size} weights are frozen; there is nothing to train`,
    );
  }

  private rateAt(step: number): number {
    const { learningRate } = this;
    const rate = typeof learningRate === 'function' ? learningRate(step) : learningRate;
    if (rate >= 0 && Number.isFinite(rate)) return rate;
    throw new ResidualError('range', `train: the learning rate is ${rate}; it must be a number of 0 or more`);
  }

  /** The mean loss over other data, of the averaged weights where there are some. */
  private async evaluation(state: RunState, batches: AsyncIterable<Batch> | Iterable<Batch>): Promise<EvaluationEvent> {
    const pace = pacer();
    const swapped = this.swap(state.average);
    let [sum, counted, seen, tokens] = [0, 0, 0, 0];
    try {
      for await (const batch of batches) {
        await pace(this.options.signal);
        const count = this.objective.tokens?.(batch) ?? 1;
        const [loss] = await dataOf(tidy(() => this.objective.loss(this.options.weights, batch, emptyScope)));
        sum += loss! * count;
        counted += count;
        seen++;
        tokens += this.objective.tokens ? count : 0;
      }
    } finally {
      swapped();
    }
    if (seen === 0) throw new ResidualError('data', `train: step ${state.step}: the data to evaluate on is empty`);
    return { type: 'evaluation', step: state.step, loss: sum / (counted || 1), tokens };
  }

  /** Puts other tensors in the place of weights for a while; gives what undoes it. */
  private swap(others: RunState['average']): () => void {
    const before = [...others].map(([path, value]) => {
      const { get, set } = this.parameters.get(path)!;
      const own = clone(get());
      set(clone(value));
      return { own, set };
    });
    return () => {
      for (const { own, set } of before) set(own);
    };
  }
}

function checkOptions<N, Batch>(options: TrainOptions<N, Batch>): void {
  const { steps, accumulate = 1, clipNorm = 1, average, evaluate, checkpoint, seed = 0 } = options;
  checkSeed('train', seed);
  const whole = {
    steps,
    accumulate,
    'evaluate.every': evaluate?.every ?? 1,
    'checkpoint.every': checkpoint?.every ?? 1,
  };
  for (const [name, value] of Object.entries(whole))
    if (!(Number.isSafeInteger(value) && value > 0))
      throw new ResidualError('range', `train: ${name} is ${value}; it must be a whole number above 0`);
  if (!(clipNorm > 0)) throw new ResidualError('range', `train: clipNorm is ${clipNorm}; it must be above 0`);
  if (average !== undefined && !(average >= 0 && average < 1))
    throw new ResidualError('range', `train: average is ${average}; it must be from 0 to below 1`);
}
