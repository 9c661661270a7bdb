import { yieldToEventLoop } from '@residual/base';

/** The progress of a training. */
export interface TrainProgress {
  /**
   * `words`: texts are read and their words counted (`total` is undefined, since the number of texts is unknown). BPE
   * and WordPiece continue with `pairs`, symbols whose pairs are counted, and `merges`, tokens so far; Unigram with
   * `seeds`, and `pruning`, pieces that have been pruned.
   */
  readonly stage: 'words' | 'pairs' | 'merges' | 'seeds' | 'pruning';
  readonly done: number;
  readonly total: number | undefined;
}

/** Milliseconds of work between two yields. */
const yieldInterval = 40;

/**
 * Lets long work yield to the event loop regularly, so that a page stays responsive, progress is reported and an abort
 * takes effect.
 */
export class Scheduler {
  #next = 0;

  constructor(
    readonly signal: AbortSignal | undefined,
    readonly report: ((progress: TrainProgress) => void) | undefined,
  ) {}

  /** Whether it is time to yield. */
  get shouldYield(): boolean {
    return performance.now() >= this.#next;
  }

  /** Reports the progress and yields to the event loop. Throws the reason of an abort. */
  async reportAndYield(stage: TrainProgress['stage'], done: number, total?: number): Promise<void> {
    this.signal?.throwIfAborted();
    this.report?.({ stage, done, total });
    await yieldToEventLoop(this.signal);
    this.#next = performance.now() + yieldInterval;
  }
}
