/** Anything that messages can be sent through: a worker, a `MessagePort`, a worker's own global scope. */
export interface Port {
  postMessage(message: unknown, transfer?: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  removeEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  /** A `MessagePort` must be started. */
  start?(): void;
}
