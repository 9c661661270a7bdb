import type { DataId } from '@tensorflow/tfjs-core';

/** A program among the commands for the device: the data that it reads and writes. */
export interface CommandStep {
  readonly inputs: readonly DataId[];
  readonly output: DataId;
}

/** Commands that are handed over together, and the troubles met while they were put together, of which the device tells later. */
interface Batch<S> {
  readonly steps: S[];
  readonly pendingErrors: Promise<string | undefined>[];
  error?: string;
}

/**
 * Keeps account of what the device refused. One command that is not right spoils all that are handed over together with it, and the device says so
 * later: what those commands were to write is lost, and with it what has been computed from that since.
 */
export class CommandTracker<S extends CommandStep> {
  private batch: Batch<S> = { steps: [], pendingErrors: [] };
  private readonly pendingBatches: Batch<S>[] = [];
  private readonly lost = new WeakMap<DataId, string>();
  private lastVerdict: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly device: GPUDevice,
    private readonly onError: (steps: readonly S[]) => void,
  ) {
    device.pushErrorScope('validation');
    device.addEventListener('uncapturederror', event => {
      const { error } = event as Event & { error: GPUError }; // older types do not have it
      for (const batch of this.openBatches()) batch.error ??= error.message;
    });
  }

  /** Whether there are commands that were not handed over yet. */
  get hasPending(): boolean {
    return this.batch.steps.length > 0;
  }

  add(step: S): void {
    this.batch.steps.push(step);
    this.propagateLoss(step);
  }

  /** Does something that the device may refuse for want of memory or because it is too large; `failed` hears of it then. */
  guard<T>(act: () => T, onFailure: (result: T, reason: string) => void): T {
    for (const kind of ['out-of-memory', 'validation'] as const) this.device.pushErrorScope(kind);
    const made = act();
    const troubles = [this.popError(), this.popError()];
    this.batch.pendingErrors.push(...troubles);
    for (const trouble of troubles) void trouble.then(reason => reason !== undefined && onFailure(made, reason));
    return made;
  }

  /** To be called when all commands so far were handed over. Resolves, when those before are judged too, to why these were refused, if they were. */
  submitted(): Promise<string | undefined> {
    const { batch, lastVerdict } = this;
    const refusal = this.popError();
    this.device.pushErrorScope('validation');
    this.pendingBatches.push(batch);
    this.batch = { steps: [], pendingErrors: [] };
    const verdict = lastVerdict.then(() => this.settle(batch, refusal));
    this.lastVerdict = verdict;
    return verdict;
  }

  /** Why data is lost; undefined if it is not, as far as is known. */
  lossReason(data: DataId): string | undefined {
    return this.lost.get(data);
  }

  /** Data is not what it should be, nor what has been computed from it since. */
  markLost(data: DataId, reason: string): void {
    if (!this.lost.has(data)) this.lost.set(data, reason);
    for (const { steps } of this.openBatches()) for (const step of steps) this.propagateLoss(step);
  }

  private async settle(batch: Batch<S>, refusal: Promise<string | undefined>): Promise<string | undefined> {
    const causes = await Promise.all(batch.pendingErrors);
    const refused = (await refusal) ?? batch.error;
    this.pendingBatches.shift();
    if (refused === undefined) return undefined;
    const reason = causes.find(cause => cause !== undefined) ?? refused; // want of memory comes first, and makes other commands fail
    for (const { output } of batch.steps) this.markLost(output, reason);
    this.onError(batch.steps);
    return reason;
  }

  private openBatches(): Batch<S>[] {
    return [...this.pendingBatches, this.batch];
  }

  private popError(): Promise<string | undefined> {
    return this.device.popErrorScope().then(error => error?.message);
  }

  private propagateLoss({ inputs, output }: CommandStep): void {
    const spoiled = inputs.find(input => this.lost.has(input));
    if (spoiled && !this.lost.has(output)) this.lost.set(output, this.lost.get(spoiled)!);
  }
}
