import { nextTurn } from '@residual/base';
import { type HasNeeds, matcher, type Weights } from '@residual/layers';
import { clone, dispose, memory, ResidualError } from '@residual/tensor';
import { adamW } from '../optimizers/adam.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { Schedule } from '../schedules.js';
import { batchesFrom, batchesOnce } from './batches.js';
import { evaluate, withAverage } from './evaluation.js';
import type { EvaluationEvent, StepEvent, TrainingEvent } from './events.js';
import { type Objective, objectiveOf } from './objective.js';
import { checkOptions, type Frozen, type TrainOptions } from './options.js';
import { type Parameter, parametersOf } from './parameters.js';
import { RunState } from './state.js';
import { gradientsOf, type Placed, update } from './step.js';
import type { Checkpoint, Training } from './training.js';
import { Gate, Turns } from './turns.js';

/**
 * Trains a layer: an iterator of events, one for each step, evaluation and checkpoint, and the first where it goes on from one. Leaving the loop, an abort or an error frees everything but the
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
  private readonly state: RunState;
  private readonly turns = new Turns();
  private readonly gate = new Gate();
  private stage: 'new' | 'running' | 'ended' = 'new';

  constructor(private readonly options: TrainOptions<N, Batch>) {
    checkOptions(options);
    const { layer, weights, loss, optimizer = adamW(), learningRate, frozen = [] } = options;
    this.optimizer = optimizer;
    this.learningRate = learningRate;
    this.frozen = frozen;
    this.parameters = parametersOf(layer, weights);
    this.objective = objectiveOf('train', loss);
    this.state = new RunState(optimizer);
  }

  get isPaused(): boolean {
    return this.gate.isClosed;
  }

  pause(): void {
    this.gate.close();
  }

  resume(): void {
    this.gate.open();
  }

  between<T>(work: () => T | Promise<T>): Promise<T> {
    return this.turns.take(work);
  }

  checkpoint(): Promise<Checkpoint> {
    return this.between(async () => {
      const { step } = this.state;
      if (this.stage === 'ended')
        throw new ResidualError('order', `train: the run has ended after step ${step}; take a checkpoint before`);
      return { step, files: await this.state.files(this.parameters) };
    });
  }

  /** All that happens between two events is one turn. */
  async *[Symbol.asyncIterator](): AsyncGenerator<TrainingEvent, void> {
    if (this.stage !== 'new') throw new ResidualError('order', 'train: this run was iterated before; make another');
    this.stage = 'running';
    const events = this.events();
    try {
      for (;;) {
        await this.gate.through(this.options.signal);
        const { value, done } = await this.between(() => events.next());
        if (done) return;
        yield value;
      }
    } finally {
      await this.between(() => events.return());
    }
  }

  private async *events(): AsyncGenerator<TrainingEvent, void> {
    const { steps, checkpoint, evaluate: other, signal } = this.options;
    const { state } = this;
    let batches: AsyncGenerator<Batch, void> | undefined;
    let [evaluated, written] = [0, 0];
    try {
      signal?.throwIfAborted();
      const stored = await checkpoint?.store.latest();
      if (stored) await state.restore(stored, this.parameters);
      evaluated = written = state.step;
      batches = batchesFrom(this.options.batches, state.position);
      let isDone = state.step >= steps;
      if (stored) {
        const first = isDone ? undefined : await batches.next();
        isDone ||= first?.done === true;
        if (first && !isDone) batches = withFirst(first.value!, batches);
        yield { type: 'resume', step: state.step, name: stored.name, isFinished: isDone };
      }
      if (other && state.step === 0) yield await this.evaluation();
      while (!isDone) {
        await nextTurn(signal);
        const event = await this.step(batches);
        if (event) yield event;
        isDone = !event || state.step === steps;
        const isDue = (every: number, last: number) => state.step > last && (isDone || state.step % every === 0);
        if (other && isDue(other.every, evaluated)) {
          evaluated = state.step;
          yield await this.evaluation();
        }
        if (checkpoint && isDue(checkpoint.every, written)) {
          const name = await checkpoint.store.write(state.step, await state.files(this.parameters));
          written = state.step;
          yield { type: 'checkpoint', step: state.step, name };
        }
      }
      for (const [path, value] of state.average) this.parameters.get(path)!.set(clone(value));
    } catch (error) {
      if (checkpoint && signal?.aborted && state.step > written)
        await checkpoint.store.write(state.step, await state.files(this.parameters));
      throw error;
    } finally {
      this.stage = 'ended';
      await batches?.return();
      state.dispose();
    }
  }

  /** One step; undefined where the data has ended. */
  private async step(batches: AsyncGenerator<Batch, void>): Promise<StepEvent | undefined> {
    const { accumulate = 1, clipNorm = Number.POSITIVE_INFINITY, average, signal } = this.options;
    const { state } = this;
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
      const [trained, rate] = [this.trained(), this.rateAt(state.step)];
      const found = await gradientsOf({ ...this.parts(), trained }, read);
      if (signal?.aborted) {
        dispose([...found.gradients.values()]);
        signal.throwIfAborted();
      }
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
      throw this.atStep(number, error);
    }
  }

  private parts() {
    const { layer, weights, seed = 0, recompute = false } = this.options;
    return { layer: layer as HasNeeds<unknown>, weights, objective: this.objective, seed, recompute };
  }

  /** The parameters that are not frozen now. Errors where none is left, and on a pattern that freezes none. */
  private trained(): ReadonlyMap<string, Parameter> {
    const { frozen } = this;
    const isFrozen = typeof frozen === 'function' ? frozen : matcher('train: frozen', frozen);
    const idle = typeof frozen === 'function' ? undefined : frozen.find(pattern => !this.hasAny(pattern));
    if (idle !== undefined)
      throw new ResidualError(
        'freeze',
        `train: frozen '${idle}' fits none of the ${this.parameters.size} weights, such as ${[...this.parameters.keys()][0]}; a whole part is '${idle}.**'`,
      );
    const trained = new Map([...this.parameters].filter(([path]) => !isFrozen(path)));
    if (trained.size > 0) return trained;
    throw new ResidualError(
      'freeze',
      `train: all ${this.parameters.size} weights are frozen; there is nothing to train`,
    );
  }

  private hasAny(pattern: string): boolean {
    return [...this.parameters.keys()].some(matcher('train: frozen', [pattern]));
  }

  private rateAt(step: number): number {
    const { learningRate } = this;
    const rate = typeof learningRate === 'function' ? learningRate(step) : learningRate;
    if (rate >= 0 && Number.isFinite(rate)) return rate;
    throw new ResidualError('range', `train: the learning rate is ${rate}; it must be a number of 0 or more`);
  }

  /** The mean loss over other data, of the averaged weights where there are some. */
  private async evaluation(): Promise<EvaluationEvent> {
    const { state, objective } = this;
    const { weights, evaluate: other, signal } = this.options;
    const { step } = state;
    const { loss, tokens } = await withAverage(state.average, this.parameters, () =>
      evaluate({ weights, loss: objective, batches: batchesOnce('evaluate', other!.batches, step), signal }),
    ).catch(error => {
      throw this.atStep(step, error);
    });
    return { type: 'evaluation', step, loss, tokens };
  }

  /** The error with the step that it happened in; the reason of an abort and what is none of ours stay as they are. */
  private atStep(step: number, error: unknown): unknown {
    if (!ResidualError.is(error) || error === this.options.signal?.reason) return error;
    const told = error.message.replace(/^train: /, '');
    const details = { ...error.details, step };
    return new ResidualError(error.code, `train: step ${step}: ${told}`, { cause: error, details });
  }
}

/** What was read already, and the rest. */
async function* withFirst<Batch>(first: Batch, rest: AsyncGenerator<Batch, void>): AsyncGenerator<Batch, void> {
  try {
    yield first;
    yield* rest;
  } finally {
    await rest.return();
  }
}
