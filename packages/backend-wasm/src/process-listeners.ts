/** What is used of Node's `process`, where there is one. */
interface NodeProcess {
  readonly versions?: { readonly node?: string };
  listeners(event: string): ((...values: never[]) => unknown)[];
  removeListener(event: string, listener: (...values: never[]) => unknown): unknown;
}

const events = ['uncaughtException', 'unhandledRejection'];

/**
 * Leaves the events of Node's process to the program. tfjs's WebAssembly module, as Emscripten made it, listens to `uncaughtException` and
 * `unhandledRejection` and throws what it hears: a server with handlers of its own would end. And it takes all listeners that there are then for its own, which it
 * removes when its backend is disposed, those of the program among them.
 *
 * To be called while the module starts, in the one call in which it adds its listeners and then lists all: nothing else has run since, so its own are the last
 * ones. They go, and the module is shown an empty list.
 */
export function dropModuleListeners(): void {
  const { process } = globalThis as unknown as { process?: NodeProcess };
  if (typeof process?.versions?.node !== 'string') return; // elsewhere the module adds none
  for (const event of events) {
    const last = process.listeners(event).at(-1);
    if (last && /\bthrow\b/.test(String(last))) process.removeListener(event, last);
  }
  const listeners = Object.getOwnPropertyDescriptor(process, 'listeners');
  const all = process.listeners;
  process.listeners = event => (events.includes(event) ? [] : all.call(process, event));
  queueMicrotask(() => {
    if (listeners) Object.defineProperty(process, 'listeners', listeners);
    else delete (process as Partial<NodeProcess>).listeners;
  });
}
