import type { DataId } from '@tensorflow/tfjs-core';

/** A program among the commands for the device: the data that it reads and writes. */
export interface Step {
  readonly inputs: readonly DataId[];
  readonly output: DataId;
}

/** Commands that are handed over together, and the troubles met while they were put together, of which the device tells later. */
interface Batch<S> {
  readonly steps: S[];
  readonly troubles: Promise<string | undefined>[];
  refused?: string;
}

/**
 * Keeps account of what the device refused. One command that is not right spoils all that are handed over together with it, and the device says so
 * later: what those commands were to write is lost, and with it what has been computed from that since.
 */
export class Commands<S extends Step> {
  private batch: Batch<S> = { steps: [], troubles: [] };
  private readonly unjudged: Batch<S>[] = [];
  private readonly lost = new WeakMap<DataId, string>();
  private judged: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly device: GPUDevice,
    private readonly onRefused: (steps: readonly S[]) => void,
  ) {
    device.pushErrorScope('validation');
    device.addEventListener('uncapturederror', event => {
      const { error } = event as Event & { error: GPUError }; // older types do not have it
      for (const batch of this.open()) batch.refused ??= error.message;
    });
  }

  /** Whether there are commands that were not handed over yet. */
  get waiting(): boolean {
    return this.batch.steps.length > 0;
  }

  add(step: S): void {
    this.batch.steps.push(step);
    this.follow(step);
  }

  /** Does something that the device may refuse for want of memory or because it is too large; `failed` hears of it then. */
  guard<T>(act: () => T, failed: (made: T, reason: string) => void): T {
    for (const kind of ['out-of-memory', 'validation'] as const) this.device.pushErrorScope(kind);
    const made = act();
    const troubles = [this.trouble(), this.trouble()];
    this.batch.troubles.push(...troubles);
    for (const trouble of troubles) void trouble.then(reason => reason !== undefined && failed(made, reason));
    return made;
  }

  /** To be called when all commands so far were handed over. Resolves, when those before are judged too, to why these were refused, if they were. */
  handedOver(): Promise<string | undefined> {
    const { batch, judged } = this;
    const refusal = this.trouble();
    this.device.pushErrorScope('validation');
    this.unjudged.push(batch);
    this.batch = { steps: [], troubles: [] };
    const verdict = judged.then(() => this.judge(batch, refusal));
    this.judged = verdict;
    return verdict;
  }

  /** Why data is lost; undefined if it is not, as far as is known. */
  reasonOf(data: DataId): string | undefined {
    return this.lost.get(data);
  }

  /** Data is not what it should be, nor what has been computed from it since. */
  lose(data: DataId, reason: string): void {
    if (!this.lost.has(data)) this.lost.set(data, reason);
    for (const { steps } of this.open()) for (const step of steps) this.follow(step);
  }

  private async judge(batch: Batch<S>, refusal: Promise<string | undefined>): Promise<string | undefined> {
    const causes = await Promise.all(batch.troubles);
    const refused = (await refusal) ?? batch.refused;
    this.unjudged.shift();
    if (refused === undefined) return undefined;
    const reason = causes.find(cause => cause !== undefined) ?? refused; // want of memory comes first, and makes other commands fail
    for (const { output } of batch.steps) this.lose(output, reason);
    this.onRefused(batch.steps);
    return reason;
  }

  private open(): Batch<S>[] {
    return [...this.unjudged, this.batch];
  }

  private trouble(): Promise<string | undefined> {
    return this.device.popErrorScope().then(error => error?.message);
  }

  private follow({ inputs, output }: Step): void {
    const spoiled = inputs.find(input => this.lost.has(input));
    if (spoiled && !this.lost.has(output)) this.lost.set(output, this.lost.get(spoiled)!);
  }
}
