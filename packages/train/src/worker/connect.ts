import { asyncDisposable, disposable, type Port, ResidualError } from '@residual/base';
import { connect, type RpcClient, type Untransferred } from '@residual/base/rpc';
import type { TrainingEvent } from '../loop/events.js';
import type { Checkpoint } from '../loop/training.js';
import type { Jobs, Requests, TrainingJob } from './job.js';
import type { CallOptions, Setting } from './protocol.js';
import type { TrainingHandlers } from './serve.js';

/** A training run in a worker. Iterating it runs the training; settings apply from the next step. */
export interface RemoteTraining<Asked extends Requests = AnyRequests>
  extends AsyncIterable<TrainingEvent>,
    AsyncDisposable {
  /** The rate that was set here, or else that of the last step. */
  get learningRate(): number | undefined;
  set learningRate(rate: number);
  /** Path patterns of frozen weights; undefined until set, while the job's own patterns apply. */
  get frozen(): readonly string[] | undefined;
  set frozen(patterns: readonly string[]);
  readonly isPaused: boolean;
  /** Holds the run before its next event until `resume`. An abort still ends it. */
  pause(): void;
  resume(): void;
  /**
   * Calls a request of the job between two events, also while the run is paused and after its end, and returns its
   * answer. `transfer` transfers buffers of the argument.
   */
  ask<Name extends keyof Asked & string>(
    name: Name,
    ...args: JobArguments<Parameters<Asked[Name]>[0], CallOptions>
  ): Promise<Untransferred<Awaited<ReturnType<Asked[Name]>>>>;
  /** The state of the run between two steps. Errors after the end of the run. */
  checkpoint(): Promise<Checkpoint>;
  /** Ends the run and frees the resources of the job. */
  dispose(): Promise<void>;
}

/** Options of `start`. */
export interface StartOptions {
  /** Ends the run after a complete step. */
  readonly signal?: AbortSignal | undefined;
  /** Buffers of the settings to transfer instead of copying. */
  readonly transfer?: readonly object[];
}

/**
 * The page's side of a worker that serves jobs. `connectTraining<typeof jobs>` knows the types of settings and answers.
 */
export interface Trainer<Known extends Jobs = AnyJobs> extends Disposable {
  start<Name extends keyof Known & string>(
    name: Name,
    ...args: JobArguments<Parameters<Known[Name]>[0], StartOptions>
  ): RemoteTraining<RequestsOf<Known[Name]>>;
  /** Rejects all pending calls and disposes all runs. It does not terminate the worker. */
  close(): void;
}

/** Requests of a job of unknown type. */
export type AnyRequests = Readonly<Record<string, (argument: unknown) => unknown>>;

/** Jobs of unknown types. */
export type AnyJobs = Readonly<Record<string, (settings: unknown) => TrainingJob<AnyRequests>>>;

type JobArguments<Argument, Options> = undefined extends Argument
  ? [argument?: Argument, options?: Options]
  : [argument: Argument, options?: Options];
type RequestsOf<Job extends Jobs[string]> =
  Awaited<ReturnType<Job>> extends { readonly requests?: infer Asked }
    ? NonNullable<Asked> extends Requests
      ? NonNullable<Asked>
      : Record<never, never>
    : Record<never, never>;

/**
 * Connects to the jobs of a worker that runs `serveTraining`. After `close`, or when the port is closed or the worker
 * ends, all pending and later calls reject with the reason.
 */
export function connectTraining<Known extends Jobs = AnyJobs>(port: Port | null): Trainer<Known> {
  const rpc = connect<TrainingHandlers>(port, { service: 'training', name: 'connectTraining' });
  let runs = 0;
  const start = (name: string, settings?: unknown, options: StartOptions = {}) =>
    new RemoteRun(rpc, runs++, name, settings, options);
  const close = () => rpc.close();
  return disposable({ start: start as Trainer<Known>['start'], close }, close);
}

class RemoteRun implements RemoteTraining<Requests> {
  declare readonly [Symbol.asyncDispose]: () => Promise<void>;
  isPaused = false;
  private requestedRate: number | undefined;
  private reportedRate: number | undefined;
  private patterns: readonly string[] | undefined;
  private isIterated = false;
  private disposal: Promise<void> | undefined;
  private readonly startup: Promise<void>;
  private readonly abort = () => this.rpc.notify('abort', [this.run]);

  constructor(
    private readonly rpc: RpcClient<TrainingHandlers>,
    private readonly run: number,
    name: string,
    settings: unknown,
    private readonly options: StartOptions,
  ) {
    asyncDisposable(this, () => this.dispose());
    const { transfer = [], signal } = options;
    this.startup = rpc.call('start', [run, name, settings], { transfer });
    this.startup.catch(() => {}); // reported by the first event
    if (signal?.aborted) this.abort();
    else signal?.addEventListener('abort', this.abort);
  }

  get learningRate(): number | undefined {
    return this.requestedRate ?? this.reportedRate;
  }

  set learningRate(learningRate: number) {
    this.requestedRate = learningRate;
    this.set({ learningRate });
  }

  get frozen(): readonly string[] | undefined {
    return this.patterns;
  }

  set frozen(frozen: readonly string[]) {
    this.patterns = frozen;
    this.set({ frozen });
  }

  pause(): void {
    this.setPaused(true);
  }

  resume(): void {
    this.setPaused(false);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<TrainingEvent, void> {
    if (this.isIterated) throw new ResidualError('order', 'start: this run was iterated before; start another');
    this.isIterated = true;
    const { signal } = this.options;
    try {
      await this.startup;
      for (;;) {
        const next = await this.rpc.call('next', [this.run]);
        if (next.done) return;
        if (next.value.type === 'step') this.reportedRate = next.value.learningRate;
        yield next.value;
      }
    } catch (error) {
      if (this.disposal) throw new ResidualError('disposed', 'start: this run was disposed');
      throw signal?.aborted ? signal.reason : error;
    } finally {
      signal?.removeEventListener('abort', this.abort);
      if (!this.disposal) await this.rpc.call('leave', [this.run]);
    }
  }

  ask(name: string, argument?: unknown, options: CallOptions = {}): Promise<never> {
    return this.rpc.call('ask', [this.run, name, argument], options) as Promise<never>;
  }

  checkpoint(): Promise<Checkpoint> {
    return this.rpc.call('checkpoint', [this.run]);
  }

  dispose(): Promise<void> {
    this.options.signal?.removeEventListener('abort', this.abort);
    this.disposal ??= this.rpc.call('dispose', [this.run]);
    return this.disposal;
  }

  private set(setting: Setting): void {
    this.rpc.notify('set', [this.run, setting]);
  }

  private setPaused(isPaused: boolean): void {
    this.isPaused = isPaused;
    this.set({ isPaused });
  }
}
