/** The parts of `process` in Node that we use. */
interface NodeProcess {
  readonly versions?: { readonly node?: string };
  listeners(event: string): ((...values: never[]) => unknown)[];
  removeListener(event: string, listener: (...values: never[]) => unknown): unknown;
}

const events = ['uncaughtException', 'unhandledRejection'];

/**
 * Removes the process listeners of the WebAssembly module of tfjs. Emscripten makes it listen to `uncaughtException`
 * and `unhandledRejection` and rethrow the errors, which would end a server that has its own handlers. It also treats
 * all listeners present at its start as its own, and removes them when the backend is disposed.
 *
 * Must be called during the start of the module, in the same task in which it adds its listeners and then lists all of
 * them: its own listeners are then the last ones. They are removed, and the module sees an empty list.
 */
export function dropModuleListeners(): void {
  const { process } = globalThis as unknown as { process?: NodeProcess };
  if (typeof process?.versions?.node !== 'string') return; // outside Node the module adds none
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
