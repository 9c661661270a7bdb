import type { DataId } from '@tensorflow/tfjs-core';

/** A program in a submission: the data that it reads and writes. */
export interface CommandStep {
  readonly inputs: readonly DataId[];
  readonly output: DataId;
}

/** Commands of one submission, and the errors of their preparation, which the device reports later. */
interface Batch<S> {
  readonly steps: S[];
  readonly pendingErrors: Promise<string | undefined>[];
  error?: string;
}

/**
 * Tracks what is lost when the device rejects commands. One invalid command makes the whole submission fail, and the
 * device reports that later: the outputs of these commands are lost, and everything computed from them.
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
      const { error } = event as Event & { error: GPUError }; // missing in older types
      for (const batch of this.openBatches()) batch.error ??= error.message;
    });
  }

  /** Whether there are commands that were not submitted yet. */
  get hasPending(): boolean {
    return this.batch.steps.length > 0;
  }

  /** Adds a program to the current submission. */
  add(step: S): void {
    this.batch.steps.push(step);
    this.propagateLoss(step);
  }

  /** Runs an action that the device may reject, for lack of memory or because of its size; calls `onFailure` then. */
  guard<T>(act: () => T, onFailure: (result: T, reason: string) => void): T {
    for (const kind of ['out-of-memory', 'validation'] as const) this.device.pushErrorScope(kind);
    const result = act();
    const errors = [this.popError(), this.popError()];
    this.batch.pendingErrors.push(...errors);
    for (const error of errors) void error.then(reason => reason !== undefined && onFailure(result, reason));
    return result;
  }

  /**
   * Must be called after all commands so far were submitted. Resolves, after all earlier submissions, to the reason of
   * their rejection, if any.
   */
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

  /** Why data is lost; undefined if it is not known to be lost. */
  lossReason(data: DataId): string | undefined {
    return this.lost.get(data);
  }

  /** Marks data as lost, and everything computed from it. */
  markLost(data: DataId, reason: string): void {
    if (!this.lost.has(data)) this.lost.set(data, reason);
    for (const { steps } of this.openBatches()) for (const step of steps) this.propagateLoss(step);
  }

  private async settle(batch: Batch<S>, refusal: Promise<string | undefined>): Promise<string | undefined> {
    const causes = await Promise.all(batch.pendingErrors);
    const refused = (await refusal) ?? batch.error;
    this.pendingBatches.shift();
    if (refused === undefined) return undefined;
    // A lack of memory is the first cause: it makes other commands fail.
    const reason = causes.find(cause => cause !== undefined) ?? refused;
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
    const lostInput = inputs.find(input => this.lost.has(input));
    if (lostInput && !this.lost.has(output)) this.lost.set(output, this.lost.get(lostInput)!);
  }
}
