/** A gate that pauses a loop while it is closed. */
export class Gate {
  isClosed = false;
  private readonly waiters = new Set<() => void>();

  close(): void {
    this.isClosed = true;
  }

  open(): void {
    this.isClosed = false;
    for (const proceed of this.waiters) proceed();
  }

  /** Waits until the gate is open, or `signal` is aborted. */
  async wait(signal?: AbortSignal): Promise<void> {
    while (this.isClosed && !signal?.aborted)
      await new Promise<void>(resolve => {
        const proceed = () => {
          this.waiters.delete(proceed);
          signal?.removeEventListener('abort', proceed);
          resolve();
        };
        this.waiters.add(proceed);
        signal?.addEventListener('abort', proceed);
      });
  }
}
