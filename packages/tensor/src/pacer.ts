/** How long a loop may run before events get their turn, in milliseconds. */
const longest = 30;

/**
 * Lets timers, input and aborts through at least every 30 ms of a loop that may never wait for anything else. Call it in each round; it throws the
 * signal's reason after an abort.
 */
export function pacer(): (signal?: AbortSignal) => Promise<void> {
  let last = performance.now();
  return async signal => {
    signal?.throwIfAborted();
    if (performance.now() - last < longest) return;
    await new Promise<void>(resolve => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(undefined);
    });
    last = performance.now();
    signal?.throwIfAborted();
  };
}
