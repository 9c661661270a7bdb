import { yieldToEventLoop } from '@residual/base';

/** How far a training is. */
export interface TrainProgress {
  /**
   * `words`: texts are read and their words counted (`total` is undefined: nobody knows how many come). Then for merges
   * `pairs`, words whose neighbours are counted, and `merges`, tokens so far; for Unigram `seeds`, and `pruning`,
   * pieces that are still too many.
   */
  readonly stage: 'words' | 'pairs' | 'merges' | 'seeds' | 'pruning';
  readonly done: number;
  readonly total: number | undefined;
}

/** Milliseconds of work between two rests. */
const yieldInterval = 40;

/** Lets long work rest now and then, so that a page stays alive, progress is seen and an abort is heard. */
export class Scheduler {
  #next = 0;

  constructor(
    readonly signal: AbortSignal | undefined,
    readonly report: ((progress: TrainProgress) => void) | undefined,
  ) {}

  /** Whether it is time to rest. */
  get shouldYield(): boolean {
    return performance.now() >= this.#next;
  }

  /** Tells how far it is and lets others run; throws the reason of an abort. */
  async reportAndYield(stage: TrainProgress['stage'], done: number, total?: number): Promise<void> {
    this.signal?.throwIfAborted();
    this.report?.({ stage, done, total });
    await yieldToEventLoop(this.signal);
    this.#next = performance.now() + yieldInterval;
  }
}
