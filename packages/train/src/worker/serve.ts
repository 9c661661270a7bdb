import { type Port, ResidualError } from '@residual/base';
import { type RpcCall, type RpcServer, serve, type Transferred, transfer } from '@residual/base/rpc';
import type { TrainingEvent } from '../loop/events.js';
import type { Checkpoint } from '../loop/training.js';
import type { Jobs, TrainingJob } from './job.js';
import type { Setting } from './protocol.js';

/**
 * Serves jobs through a port: call `serveTraining(self, jobs)` in a worker that imports the backends it may use (in
 * Node `serveTraining(parentPort, jobs)`). Functions cannot cross a port, so the page starts jobs by name. The worker
 * computes a step when the page asks for the next event, so leaving the iteration ends the run. Several connections may
 * share the port; closing a connection disposes its runs.
 */
export function serveTraining(port: Port | null, jobs: Jobs): RpcServer {
  return serve(port, { service: 'training', name: 'serveTraining' }, () => {
    const runs = new Map<number, ServedRun>();
    const disposeAll = () => {
      for (const run of runs.values()) run.dispose();
      runs.clear();
    };
    return { handlers: handlersOf(jobs, runs), onClosing: disposeAll };
  });
}

/** The calls of a connection. All but `start` are on a run that it has started, by number. */
export type TrainingHandlers = ReturnType<typeof handlersOf>;

function handlersOf(jobs: Jobs, runs: Map<number, ServedRun>) {
  const runOf = (number: number) => {
    const run = runs.get(number);
    if (run) return run;
    throw new ResidualError('disposed', `serveTraining: there is no run ${number}; it was disposed`);
  };
  return {
    start: (_: RpcCall, number: number, name: string, settings: unknown) => {
      runs.set(number, new ServedRun(jobs, name, settings as never));
    },
    next: (_: RpcCall, number: number) => runOf(number).next(),
    leave: (_: RpcCall, number: number) => runOf(number).leave(),
    checkpoint: (_: RpcCall, number: number) => runOf(number).checkpoint(),
    ask: ({ signal }: RpcCall, number: number, name: string, argument: unknown) =>
      runOf(number).ask(name, argument, signal),
    set: (_: RpcCall, number: number, setting: Setting) => runs.get(number)?.set(setting),
    abort: (_: RpcCall, number: number) => runs.get(number)?.end(),
    dispose: (_: RpcCall, number: number) => {
      const run = runOf(number);
      runs.delete(number);
      return run.dispose();
    },
  };
}

/** A run in the worker. */
class ServedRun {
  private readonly abort = new AbortController();
  /** The next event reports its error. */
  private readonly job: Promise<TrainingJob>;
  private readonly settledJob: Promise<TrainingJob | undefined>;
  private readonly pendingRequests = new Set<AbortController>();
  private events: AsyncIterator<TrainingEvent> | undefined;

  constructor(jobs: Jobs, name: string, settings: never) {
    const { signal } = this.abort;
    this.job = Promise.resolve().then(() => jobNamed(jobs, name)(settings, { signal }));
    this.settledJob = this.job.catch(() => undefined);
  }

  async next(): Promise<IteratorResult<TrainingEvent>> {
    const { training } = await this.job;
    this.events ??= training[Symbol.asyncIterator]();
    const { signal } = this.abort;
    const wasAborted = signal.aborted;
    const next = await this.events.next();
    if (wasAborted && !next.done) {
      await this.events.return?.(); // this job ignores its signal
      throw signal.reason;
    }
    return next;
  }

  async leave(): Promise<void> {
    await this.events?.return?.();
  }

  async checkpoint(): Promise<Transferred<Checkpoint>> {
    const checkpoint = await (await this.job).training.checkpoint();
    return transfer(
      checkpoint,
      [...checkpoint.files.values()].filter(ownsItsBuffer).map(({ buffer }) => buffer),
    );
  }

  async ask(name: string, argument: unknown, signal: AbortSignal): Promise<unknown> {
    const { training, requests = {} } = await this.job;
    const answer = Object.hasOwn(requests, name) ? requests[name] : undefined;
    if (!answer) throw new ResidualError('name', `ask: this job answers ${namesIn(requests)}, not ${name}`);
    const abort = new AbortController();
    const abortRequest = () => abort.abort();
    this.pendingRequests.add(abort);
    if (signal.aborted) abortRequest();
    else signal.addEventListener('abort', abortRequest);
    try {
      return await training.runExclusive(() => {
        abort.signal.throwIfAborted();
        return answer(argument as never, abort);
      });
    } finally {
      signal.removeEventListener('abort', abortRequest);
      this.pendingRequests.delete(abort);
    }
  }

  async set({ learningRate, frozen, isPaused }: Setting): Promise<void> {
    const training = (await this.settledJob)?.training;
    if (!training) return;
    if (learningRate !== undefined) training.learningRate = learningRate;
    if (frozen !== undefined) training.frozen = frozen;
    if (isPaused !== undefined && !this.abort.signal.aborted) training[isPaused ? 'pause' : 'resume']();
  }

  /** Aborts the run; a paused run continues to its end. */
  async end(): Promise<void> {
    this.abort.abort();
    (await this.settledJob)?.training.resume();
  }

  async dispose(): Promise<void> {
    for (const abort of this.pendingRequests) abort.abort();
    await this.end();
    await this.leave();
    const job = await this.settledJob;
    await job?.training.runExclusive(() => job.dispose?.());
  }
}

/** Whether a view covers its whole buffer. */
function ownsItsBuffer(bytes: Uint8Array): boolean {
  return bytes.byteLength === bytes.buffer.byteLength;
}

function jobNamed(jobs: Jobs, name: string): Jobs[string] {
  const job = Object.hasOwn(jobs, name) ? jobs[name] : undefined;
  if (job) return job;
  throw new ResidualError('name', `start: this worker serves ${namesIn(jobs)}, not ${name}`);
}

function namesIn(table: object): string {
  return Object.keys(table).join(', ') || 'nothing';
}
