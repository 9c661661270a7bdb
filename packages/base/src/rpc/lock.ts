/** The locks of a page and its workers, where there are any: without a secure connection there are none. */
const locks = (): LockManager | undefined => (globalThis.navigator as Navigator | undefined)?.locks;

/**
 * Holds a lock of this name until it is let go of, or this thread ends: that is how a page knows that its worker has ended, of which no event tells. Gives what
 * lets it go; undefined where there are no locks.
 */
export async function holdLock(name: string): Promise<(() => void) | undefined> {
  try {
    return await new Promise((resolve, reject) => {
      const request = locks()?.request(name, () => new Promise<void>(release => resolve(release)));
      if (request) request.catch(reject);
      else resolve(undefined);
    });
  } catch {
    return undefined;
  }
}

/** Calls `freed` when the thread that holds the lock of this name lets it go or ends. Gives what stops the waiting. */
export function awaitLock(name: string, onRelease: () => void): () => void {
  const controller = new AbortController();
  locks()
    ?.request(name, { signal: controller.signal }, onRelease)
    .catch(() => {}); // stopped
  return () => controller.abort();
}
