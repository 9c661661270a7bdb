import { type Port, ResidualError } from '@residual/base';
import {
  type RpcCall,
  type RpcHandlers,
  type RpcServer,
  serveRpc,
  type Transferred,
  transfer,
} from '@residual/base/rpc';
import type { TrainingEvent } from '../loop/events.js';
import type { Jobs, TrainingJob } from './job.js';
import type { Method, Setting } from './protocol.js';

/**
 * Serves jobs through a port: call `serveTraining(self, jobs)` in a worker that imports the backends it may use (in
 * Node `serveTraining(parentPort, jobs)`). Functions cannot cross a port, so the page starts jobs by name. The worker
 * computes a step when the page asks for the next event, so leaving the iteration ends the run. Several connections may
 * share the port; closing a connection disposes its runs.
 */
export function serveTraining(port: Port | null, jobs: Jobs): RpcServer {
  return serveRpc(port, { service: 'training', name: 'serveTraining' }, () => new ServedRuns(jobs));
}

/** The runs of one connection. */
class ServedRuns implements RpcHandlers {
  private readonly runs = new Map<number, ServedRun>();

  constructor(private readonly jobs: Jobs) {}

  call(method: Method, [number, ...args]: readonly [number, ...unknown[]], { signal }: RpcCall): unknown {
    if (method === 'start') {
      const [name, settings] = args as [string, never];
      this.runs.set(number, new ServedRun(this.jobs, name, settings));
      return undefined;
    }
    const run = this.runs.get(number);
    if (!run) throw new ResidualError('disposed', `serveTraining: there is no run ${number}; it was disposed`);
    if (method === 'next') return run.next();
    if (method === 'leave') return run.leave();
    if (method === 'checkpoint') return run.checkpoint();
    if (method === 'ask') return run.ask(args[0] as string, args[1], signal);
    this.runs.delete(number);
    return run.dispose();
  }

  onNotify(method: 'abort' | 'set', [number, setting]: readonly [number, Setting]): void {
    const run = this.runs.get(number);
    if (method === 'abort') run?.end();
    else run?.set(setting);
  }

  onClosing(): void {
    for (const run of this.runs.values()) run.dispose();
    this.runs.clear();
  }
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

  async checkpoint(): Promise<Transferred<unknown>> {
    const checkpoint = await (await this.job).training.checkpoint();
    return transfer(
      checkpoint,
      [...checkpoint.files.values()].filter(ownsItsBuffer).map(({ buffer }) => buffer),
    );
  }

  async ask(name: string, argument: unknown, signal: AbortSignal): Promise<unknown> {
    const { training, requests = {} } = await this.job;
    const answer = Object.hasOwn(requests, name) ? requests[name] : undefined;
    if (!answer) throw new ResidualError('name', `ask: this job answers ${listed(requests)}, not ${name}`);
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
  throw new ResidualError('name', `start: this worker serves ${listed(jobs)}, not ${name}`);
}

function listed(named: object): string {
  return Object.keys(named).join(', ') || 'nothing';
}
