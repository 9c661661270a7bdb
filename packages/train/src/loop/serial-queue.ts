/** Runs asynchronous work one after another, in order of arrival. */
export class SerialQueue {
  private last: Promise<unknown> = Promise.resolve();

  /** Runs `work` when all earlier work has settled. */
  run<T>(work: () => T | Promise<T>): Promise<T> {
    const result = this.last.then(work);
    this.last = result.catch(() => undefined);
    return result;
  }
}
