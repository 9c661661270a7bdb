/** Works one after another, in the order in which they came. */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  /** Runs `work` when all that came before has ended, well or not. */
  take<T>(work: () => T | Promise<T>): Promise<T> {
    const turn = this.last.then(work);
    this.last = turn.catch(() => undefined);
    return turn;
  }
}

/** Where a loop can be held. */
export class Gate {
  isClosed = false;
  private readonly waiting = new Set<() => void>();

  close(): void {
    this.isClosed = true;
  }

  open(): void {
    this.isClosed = false;
    for (const go of this.waiting) go();
  }

  /** Waits until it is open, or `signal` is aborted. */
  async through(signal?: AbortSignal): Promise<void> {
    while (this.isClosed && !signal?.aborted)
      await new Promise<void>(resolve => {
        const go = () => {
          this.waiting.delete(go);
          signal?.removeEventListener('abort', go);
          resolve();
        };
        this.waiting.add(go);
        signal?.addEventListener('abort', go);
      });
  }
}
