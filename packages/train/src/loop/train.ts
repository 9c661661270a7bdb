import { yieldToEventLoop } from '@residual/base';
import { type HasNeeds, pathMatcher, type Weights } from '@residual/layers';
import { clone, dispose, memoryUsage, type PackedForm, ResidualError } from '@residual/tensor';
import { expectNonNegative } from '../numbers.js';
import { adamW } from '../optimizers/adam.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { Schedule } from '../schedules.js';
import { batchesFrom, iterateOnce } from './batches.js';
import { evaluate, withEmaWeights } from './evaluation.js';
import type { EvaluationEvent, StepEvent, TrainingEvent } from './events.js';
import { Gate } from './gate.js';
import { type Objective, objectiveOf } from './objective.js';
import { checkOptions, type Frozen, type TrainOptions } from './options.js';
import { type Parameter, parametersOf } from './parameters.js';
import { SerialQueue } from './serial-queue.js';
import { RunState } from './state.js';
import { applyGradients, gradientsOf, type IndexedBatch } from './step.js';
import type { Checkpoint, Training } from './training.js';

/**
 * Trains a layer. The result is an async iterable of events, one for each step, evaluation and checkpoint, and a first
 * one if the run resumes. Leaving the loop, an abort or an error frees everything except the weights, which are those
 * after the last complete step. Errors name the step, and for a loss or gradient that is not finite the tensor where it
 * first appears.
 */
export function train<N, Batch>(options: TrainOptions<N, Batch>): Training {
  return new TrainingRun(options);
}

class TrainingRun<N, Batch> implements Training {
  learningRate: number | Schedule;
  frozen: Frozen;
  private readonly optimizer: Optimizer;
  private readonly parameters: ReadonlyMap<string, Parameter>;
  /** The forms of packed matrices, which are frozen, by path. */
  private readonly packed: ReadonlyMap<string, PackedForm>;
  private readonly objective: Objective<Weights<N>, Batch>;
  private readonly state: RunState;
  private readonly queue = new SerialQueue();
  private readonly gate = new Gate();
  private stage: 'new' | 'running' | 'ended' = 'new';

  constructor(private readonly options: TrainOptions<N, Batch>) {
    checkOptions(options);
    const { layer, weights, loss, optimizer = adamW(), learningRate, frozen = [] } = options;
    this.optimizer = optimizer;
    this.learningRate = learningRate;
    this.frozen = frozen;
    ({ parameters: this.parameters, packed: this.packed } = parametersOf(layer, weights));
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

  runExclusive<T>(work: () => T | Promise<T>): Promise<T> {
    return this.queue.run(work);
  }

  withAverage<T>(work: () => T | Promise<T>): Promise<T> {
    return this.runExclusive(() => withEmaWeights(this.state.ema, this.parameters, async () => work()));
  }

  checkpoint(): Promise<Checkpoint> {
    return this.runExclusive(async () => {
      const { step } = this.state;
      if (this.stage === 'ended')
        throw new ResidualError('order', `train: the run has ended after step ${step}; take a checkpoint before`);
      return { step, files: await this.state.files(this.parameters) };
    });
  }

  /** The work between two events is one entry of the queue. */
  async *[Symbol.asyncIterator](): AsyncGenerator<TrainingEvent, void> {
    if (this.stage !== 'new') throw new ResidualError('order', 'train: this run was iterated before; make another');
    this.stage = 'running';
    const events = this.events();
    try {
      for (;;) {
        await this.gate.wait(this.options.signal);
        const { value, done } = await this.runExclusive(() => events.next());
        if (done) return;
        yield value;
      }
    } finally {
      await this.runExclusive(() => events.return());
    }
  }

  private async *events(): AsyncGenerator<TrainingEvent, void> {
    const { steps, checkpoint, evaluate: evaluation, signal } = this.options;
    const { state } = this;
    let batches: AsyncGenerator<Batch, void> | undefined;
    let [evaluatedStep, checkpointStep] = [0, 0];
    try {
      signal?.throwIfAborted();
      const stored = await checkpoint?.store.latest();
      if (stored) await state.restore(stored, this.parameters);
      evaluatedStep = checkpointStep = state.step;
      batches = batchesFrom(this.options.batches, state.position);
      let isDone = state.step >= steps;
      if (stored) {
        const first = isDone ? undefined : await batches.next();
        isDone ||= first?.done === true;
        if (first && !isDone) batches = withFirst(first.value!, batches);
        yield { type: 'resume', step: state.step, name: stored.name, isFinished: isDone };
      }
      if (evaluation && state.step === 0) yield await this.evaluation();
      while (!isDone) {
        await yieldToEventLoop(signal);
        const event = await this.step(batches);
        if (event) yield event;
        isDone = !event || state.step === steps;
        const isDue = (every: number, last: number) => state.step > last && (isDone || state.step % every === 0);
        if (evaluation && isDue(evaluation.every, evaluatedStep)) {
          evaluatedStep = state.step;
          yield await this.evaluation();
        }
        if (checkpoint && isDue(checkpoint.every, checkpointStep)) {
          const name = await checkpoint.store.write(state.step, await state.files(this.parameters));
          checkpointStep = state.step;
          yield { type: 'checkpoint', step: state.step, name };
        }
      }
      for (const [path, value] of state.ema) this.parameters.get(path)!.set(clone(value));
    } catch (error) {
      if (checkpoint && signal?.aborted && state.step > checkpointStep)
        await checkpoint.store.write(state.step, await state.files(this.parameters));
      throw error;
    } finally {
      this.stage = 'ended';
      await batches?.return();
      state.dispose();
    }
  }

  /** One step; undefined at the end of the data. */
  private async step(batches: AsyncGenerator<Batch, void>): Promise<StepEvent | undefined> {
    const { accumulate = 1, clipNorm = Number.POSITIVE_INFINITY, emaDecay, signal } = this.options;
    const { state } = this;
    const number = state.step + 1;
    const start = performance.now();
    try {
      const read: IndexedBatch<Batch>[] = [];
      while (read.length < accumulate) {
        const { value, done } = await batches.next();
        if (done) break;
        read.push({ batch: value, position: state.position + read.length });
      }
      if (read.length === 0) return undefined;
      const [trainable, rate] = [this.trainable(), this.learningRateAt(state.step)];
      const result = await gradientsOf({ ...this.context(), trainable }, read);
      if (signal?.aborted) {
        dispose([...result.gradients.values()]);
        signal.throwIfAborted();
      }
      // As in PyTorch, 1e-6 is added to the norm.
      const scale = Math.min(1, clipNorm / (result.norm + 1e-6));
      applyGradients(this.optimizer, state, trainable, result.gradients, { rate, scale, emaDecay });
      state.step = number;
      state.position += read.length;
      const tokens = read.reduce((all, { batch }) => all + (this.objective.tokens?.(batch) ?? 0), 0);
      const { tensors, bytes } = memoryUsage();
      return {
        type: 'step',
        step: number,
        loss: result.loss,
        learningRate: rate,
        gradientNorm: result.norm,
        tokensPerSecond: (tokens * 1000) / (performance.now() - start),
        memoryUsage: { tensors, bytes },
      };
    } catch (error) {
      throw this.atStep(number, error);
    }
  }

  private context() {
    const { layer, weights, seed = 0, recompute = false } = this.options;
    return { layer: layer as HasNeeds<unknown>, weights, objective: this.objective, seed, recompute };
  }

  /** The parameters that are not frozen now. Errors if none is left, or if a pattern matches none. */
  private trainable(): ReadonlyMap<string, Parameter> {
    const { frozen } = this;
    const isFrozen = typeof frozen === 'function' ? frozen : pathMatcher('train: frozen', frozen);
    const unmatched = typeof frozen === 'function' ? undefined : frozen.find(pattern => !this.hasAny(pattern));
    if (unmatched !== undefined)
      throw new ResidualError(
        'freeze',
        `train: frozen '${unmatched}' fits none of the ${this.parameters.size} weights, such as ` +
          `${[...this.parameters.keys()][0]}; a whole part is '${unmatched}.**'`,
      );
    const packed = [...this.packed].find(([path]) => !isFrozen(path));
    if (packed)
      throw new ResidualError(
        'matrix',
        `train: ${packed[0]} is packed as ${packed[1]}, which cannot be trained; freeze it and train LoRA adapters ` +
          "(attachLora, frozen: freezeBase), or load the model with weights: 'f32'",
      );
    const trainable = new Map([...this.parameters].filter(([path]) => !isFrozen(path)));
    if (trainable.size > 0) return trainable;
    throw new ResidualError(
      'freeze',
      `train: all ${this.parameters.size} weights are frozen; there is nothing to train`,
    );
  }

  private hasAny(pattern: string): boolean {
    return [...this.parameters.keys(), ...this.packed.keys()].some(pathMatcher('train: frozen', [pattern]));
  }

  private learningRateAt(step: number): number {
    const { learningRate } = this;
    const rate = typeof learningRate === 'function' ? learningRate(step) : learningRate;
    expectNonNegative('train', 'the learning rate', rate);
    return rate;
  }

  /** The mean loss over the evaluation data, of the averaged weights if there is an average. */
  private async evaluation(): Promise<EvaluationEvent> {
    const { state, objective } = this;
    const { weights, evaluate: evaluateOptions, signal } = this.options;
    const { step } = state;
    const { loss, tokens } = await withEmaWeights(state.ema, this.parameters, () =>
      evaluate({ weights, loss: objective, batches: iterateOnce('evaluate', evaluateOptions!.batches, step), signal }),
    ).catch(error => {
      throw this.atStep(step, error);
    });
    return { type: 'evaluation', step, loss, tokens };
  }

  /** Adds the step to one of our errors; the reason of an abort and other errors stay unchanged. */
  private atStep(step: number, error: unknown): unknown {
    if (!ResidualError.is(error) || error === this.options.signal?.reason) return error;
    const message = error.message.replace(/^train: /, '');
    const details = { ...error.details, step };
    return new ResidualError(error.code, `train: step ${step}: ${message}`, { cause: error, details });
  }
}

/** A batch that was read already, and the rest. */
async function* withFirst<Batch>(first: Batch, rest: AsyncGenerator<Batch, void>): AsyncGenerator<Batch, void> {
  try {
    yield first;
    yield* rest;
  } finally {
    await rest.return();
  }
}
