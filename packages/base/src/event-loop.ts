/** The pending continuations of this thread, in order. */
const continuations: (() => void)[] = [];

/** Schedules a task of the event loop; set on first use. */
let post: ((task: () => void) => void) | undefined;

/**
 * Lets the event loop run, like `scheduler.yield()`. Long work awaits it before each of its steps: timers, input,
 * requests and aborts are then handled between two steps, and several such works in one thread take turns. Throws the
 * reason of the signal after an abort.
 */
export async function yieldToEventLoop(signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>(resolve => {
    continuations.push(resolve);
    if (continuations.length === 1) scheduleNext();
  });
  signal?.throwIfAborted();
}

/** Resumes the first continuation; the next one is resumed in a later task. */
function resumeNext(): void {
  continuations.shift()!();
  if (continuations.length > 0) scheduleNext();
}

function scheduleNext(): void {
  post ??= macrotaskPoster();
  post(resumeNext);
}

/** `setImmediate` in Node, or else a message to this thread, since browsers throttle timers in background pages. */
function macrotaskPoster(): (task: () => void) => void {
  const { setImmediate } = globalThis as { setImmediate?: (task: () => void) => unknown };
  if (setImmediate) return task => void setImmediate(task);
  const { port1, port2 } = new MessageChannel();
  const tasks: (() => void)[] = [];
  port1.onmessage = () => tasks.shift()!();
  return task => {
    tasks.push(task);
    port2.postMessage(undefined);
  };
}
