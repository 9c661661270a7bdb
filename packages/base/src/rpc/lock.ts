/** The lock manager of a page and its workers; undefined without a secure context. */
const locks = (): LockManager | undefined => (globalThis.navigator as Navigator | undefined)?.locks;

/**
 * Holds a lock of this name until it is released or this thread ends. A page thereby learns that its worker has ended,
 * which no event reports. Returns the function that releases it; undefined without locks.
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

/**
 * Calls `onRelease` when the holder of the lock of this name releases it or ends. Returns a function that stops
 * waiting.
 */
export function awaitLock(name: string, onRelease: () => void): () => void {
  const controller = new AbortController();
  locks()
    ?.request(name, { signal: controller.signal }, onRelease)
    .catch(() => {}); // waiting was stopped
  return () => controller.abort();
}
