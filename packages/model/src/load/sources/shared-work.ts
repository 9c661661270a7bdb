/** Work that several callers wait for. */
interface Shared<Result> {
  readonly result: Promise<Result>;
  readonly controller: AbortController;
  users: number;
}

/**
 * Runs work once per key for all callers that ask for it at the same time. Each caller may leave by its own signal;
 * when the last one leaves, the work is aborted.
 */
export class SharedWork<Result> {
  private readonly running = new Map<string, Shared<Result>>();

  /** The result of `work`, or of the same work if it already runs. */
  async run(
    key: string,
    signal: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    signal?.throwIfAborted();
    let shared = this.running.get(key);
    if (!shared) {
      const controller = new AbortController();
      const entry = { result: work(controller.signal), controller, users: 0 };
      const forget = () => this.running.get(key) === entry && this.running.delete(key);
      entry.result.then(forget, forget);
      this.running.set(key, entry);
      shared = entry;
    }
    const { result, controller } = shared;
    shared.users++;
    let leave = () => {};
    const leaving = new Promise<never>((_, reject) => {
      leave = () => {
        if (--shared.users > 0) return reject(signal!.reason);
        if (this.running.get(key) === shared) this.running.delete(key); // later callers start again
        controller.abort(signal!.reason); // the work cleans up and rejects with this reason
      };
    });
    signal?.addEventListener('abort', leave, { once: true });
    try {
      return await Promise.race([result, leaving]);
    } finally {
      signal?.removeEventListener('abort', leave);
    }
  }
}
