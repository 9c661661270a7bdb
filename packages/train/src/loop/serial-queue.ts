/** Works one after another, in the order in which they came. */
export class SerialQueue {
  private last: Promise<unknown> = Promise.resolve();

  /** Runs `work` when all that came before has ended, well or not. */
  run<T>(work: () => T | Promise<T>): Promise<T> {
    const result = this.last.then(work);
    this.last = result.catch(() => undefined);
    return result;
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
    for (const proceed of this.waiting) proceed();
  }

  /** Waits until it is open, or `signal` is aborted. */
  async wait(signal?: AbortSignal): Promise<void> {
    while (this.isClosed && !signal?.aborted)
      await new Promise<void>(resolve => {
        const proceed = () => {
          this.waiting.delete(proceed);
          signal?.removeEventListener('abort', proceed);
          resolve();
        };
        this.waiting.add(proceed);
        signal?.addEventListener('abort', proceed);
      });
  }
}
