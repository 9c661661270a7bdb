/** For this many milliseconds a wait polls as often as the browser allows; later it polls every few milliseconds. */
const eagerMilliseconds = 20;

/**
 * Waits until the GPU has executed all commands so far. Polls between tasks of the page by messages to itself, since a
 * timer waits at least 4 ms, which is longer than a step of a small model. Ends early if `isCancelled` returns true.
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
