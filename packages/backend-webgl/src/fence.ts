/** Milliseconds for which a wait looks again as often as the browser lets it; later it looks every few milliseconds. */
const eagerMilliseconds = 20;

/**
 * Waits until the commands given so far are done. Looks between tasks of the page, through a message to itself: a timer would wait 4 ms each time, which
 * is longer than a step of a small model takes. Ends early when `givenUp` says so.
 */
export async function gpuCommandsDone(gl: WebGL2RenderingContext, isCancelled: () => boolean): Promise<void> {
  const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
  if (fence === null) return;
  gl.flush();
  const { port1, port2 } = new MessageChannel();
  try {
    await new Promise<void>(resolve => {
      const start = performance.now();
      const schedulePoll = () =>
        performance.now() - start < eagerMilliseconds ? port2.postMessage(0) : setTimeout(poll);
      const poll = () => {
        const status = isCancelled() ? gl.CONDITION_SATISFIED : gl.clientWaitSync(fence, 0, 0);
        if (status === gl.TIMEOUT_EXPIRED) schedulePoll();
        else resolve();
      };
      port1.onmessage = poll;
      schedulePoll();
    });
  } finally {
    port1.close();
    gl.deleteSync(fence);
  }
}
