/** What waits for its turn in this thread, first come first served. */
const waiting: (() => void)[] = [];

/** How a task of the event loop is asked for, once that is known. */
let post: ((task: () => void) => void) | undefined;

/**
 * Waits for a turn of the event loop. Long work calls it before each of its steps: of all work in this thread that does, each has a step in turn, and between two
 * steps timers, input, requests and aborts are heard. Throws the signal's reason after an abort.
 */
export async function yieldToEventLoop(signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>(resolve => {
    waiting.push(resolve);
    if (waiting.length === 1) scheduleNext();
  });
  signal?.throwIfAborted();
}

/** Lets the first go on; what it does until it waits again is done before the next one is let go on. */
function resumeNext(): void {
  waiting.shift()!();
  if (waiting.length > 0) scheduleNext();
}

function scheduleNext(): void {
  post ??= macrotaskPoster();
  post(resumeNext);
}

/** Node's `setImmediate`, or a message to oneself: timers would be slowed down in pages that nobody looks at. */
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
