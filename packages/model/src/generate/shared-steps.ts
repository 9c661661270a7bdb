import { yieldToEventLoop } from '@residual/base';
import { isPacked, type LargestLogits } from '@residual/tensor';
import type { CachedBatch } from './cached-batch.js';
import { type LogitsWanted, readLogits } from './read-logits.js';
import type { stepTogether } from './step-together.js';

/** What the shared steps need of a model. */
interface SteppedModel {
  readonly backend: string;
  readonly weights: unknown;
  readonly fixedShapes: boolean;
  /** Throws unless the weights are on the active backend. */
  check(): void;
}

/** The logits after one token of one sequence. */
export interface StepLogits {
  /** [vocab]; empty where `largest` has all that was asked for. */
  readonly values: Float32Array;
  readonly largest: LargestLogits | undefined;
}

/** A step of one sequence. */
interface StepRequest extends LogitsWanted {
  readonly sequence: CachedBatch;
  /** The token that is fed. */
  readonly token: number;
  readonly signal: AbortSignal | undefined;
}

interface WaitingStep extends StepRequest {
  readonly resolve: (logits: StepLogits) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * The steps of all generations that run at once on a model: those that wait when the event loop has come round are one
 * pass over the weights. A generation joins by asking for a step and leaves by asking no more, so nothing is copied,
 * and one whose consumer is slow holds up no other. A sequence gets the same logits, bit for bit on cpu and wasm,
 * whatever runs beside it.
 */
export class SharedSteps {
  private readonly model: SteppedModel;
  private waiting: WaitingStep[] = [];
  /** How many generations run. */
  private running = 0;
  /** Whether weights are packed, since the first of the generations that run asked. */
  private isPacked: boolean | undefined;
  /** The sequences that have taken shared steps and will ask for more, unless they end. */
  private readonly stepping = new Set<CachedBatch>();

  constructor(model: SteppedModel) {
    this.model = model;
  }

  /** Counts a generation that begins. */
  enter(): void {
    this.running += 1;
  }

  /** Counts a generation that ends, or starts again, with its sequence. */
  leave(sequence: CachedBatch | undefined): void {
    this.running -= 1;
    if (this.running === 0) this.isPacked = undefined;
    if (sequence) this.stepping.delete(sequence);
  }

  /** Whether a step of a sequence may find others to share its pass. */
  mayShare(sequence: CachedBatch): boolean {
    return this.running > 1 && sequence.length > 0 && sequence.isPlainSequence && this.mostRows > 1;
  }

  /** Feeds one token to a sequence, in one pass with the others that ask for it in this round of the event loop. */
  step(request: StepRequest): Promise<StepLogits> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ ...request, resolve, reject });
      this.stepping.add(request.sequence);
      if (this.waiting.length === 1) void this.runWaiting();
    });
  }

  private async runWaiting(): Promise<void> {
    const { stepTogether: together } = await import('./step-together.js'); // few pages run several at once
    await yieldToEventLoop(); // those whose turn comes before join
    if (this.waiting.length < this.stepping.size) await yieldToEventLoop(); // a consumer may need a turn for a token
    const waiting = this.waiting;
    this.waiting = [];
    try {
      const { mostRows } = this;
      const passes = Math.ceil(waiting.length / mostRows);
      for (let pass = 0; pass < passes; pass++) {
        if (pass > 0) await yieldToEventLoop();
        const from = (i: number) => Math.floor((i * waiting.length) / passes);
        await this.runPass(
          waiting
            .slice(from(pass), from(pass + 1))
            .filter(mayRun)
            .sort(byCapacity),
          together,
        );
      }
    } catch (error) {
      for (const { reject } of waiting) reject(error); // has no effect on those that have run
    }
  }

  /** One pass of some sequences. */
  private async runPass(requests: readonly WaitingStep[], together: typeof stepTogether): Promise<void> {
    if (requests.length === 0) return;
    try {
      this.model.check();
      const [{ largestLogits: count }] = requests as [WaitingStep];
      const isSame = requests.every(({ largestLogits }) => largestLogits === count);
      const logits = this.feed(requests, together);
      try {
        const { largest, rowOf } = await readLogits(logits, {
          largestLogits: isSame ? count : undefined,
          readsRow: requests.some(each => each.readsRow),
          masks: requests.map(({ masks }) => masks?.[0]),
        });
        for (const [i, { resolve }] of requests.entries()) resolve({ values: rowOf(i), largest: largest?.[i] });
      } finally {
        logits.dispose();
      }
    } catch (error) {
      for (const { reject } of requests) reject(error);
    }
  }

  private feed(requests: readonly WaitingStep[], together: typeof stepTogether) {
    const [first] = requests as [WaitingStep];
    if (requests.length === 1) return first.sequence.feed([[first.token]]);
    const rows = this.model.fixedShapes ? 2 ** Math.ceil(Math.log2(requests.length)) : requests.length;
    return together(
      requests.map(({ sequence }) => sequence),
      requests.map(({ token }) => token),
      rows,
    );
  }

  /**
   * How many sequences one pass has at most. On wasm so many that kernels compute each row as if it were alone; for
   * more rows they sum in another order. With packed weights they compute rows one by one, and a captured step of one
   * sequence is faster than a pass of several.
   */
  private get mostRows(): number {
    if (this.model.backend !== 'wasm') return 16;
    this.isPacked ??= isAnyPacked(this.model.weights);
    return this.isPacked ? 1 : 15;
  }
}

/** Whether a step is to run; rejects it if it was aborted or has no position left. */
function mayRun({ sequence, signal, reject }: WaitingStep): boolean {
  try {
    signal?.throwIfAborted();
    sequence.cache.ensureCapacity(1);
    return true;
  } catch (error) {
    reject(error);
    return false;
  }
}

/** The order of requests in a pass, so that those of the same shapes are captured once. */
const byCapacity = ({ sequence: a }: StepRequest, { sequence: b }: StepRequest): number =>
  a.cache.ensureCapacity(1) - b.cache.ensureCapacity(1) || a.form.localeCompare(b.form);

/** Whether a tree of weights has a packed matrix. */
function isAnyPacked(tree: unknown): boolean {
  if (typeof tree !== 'object' || tree === null || 'dataId' in tree) return false;
  return isPacked(tree as never) || Object.values(tree).some(isAnyPacked);
}
