import type { PlainError } from '../plain-error.js';

/** The envelope of messages, so that other messages, services and connections can share the port. */
export interface Envelope<Body> {
  /** The name of the service. */
  readonly residual: string;
  /** The connection; absent if a server announces itself to all of them. */
  readonly connection?: string;
  readonly body: Body;
}

/** A message of a client. */
export type Request =
  /** Asks for a server; repeated when a server announces itself. */
  | { readonly open: true }
  | { readonly server: string; readonly call: number; readonly method: string; readonly args: readonly unknown[] }
  | { readonly server: string; readonly call: number; readonly abort: true }
  /** Asks for the next step of a stream. */
  | { readonly server: string; readonly call: number; readonly more: true }
  /** A call without an answer. */
  | { readonly server: string; readonly notify: string; readonly args: readonly unknown[] }
  /** Closes the connection, whether or not a server has opened it. */
  | { readonly close: true };

/** A message of a server. It answers each call by one result or error, after any number of events or steps. */
export type Response =
  | { readonly ready: true }
  /** `lock` is the name of a lock that the thread of the server holds while it lives and serves this connection. */
  | { readonly opened: string; readonly lock?: string | undefined }
  | { readonly closed: true }
  | { readonly call: number; readonly event: unknown }
  | { readonly call: number; readonly step: unknown }
  | { readonly call: number; readonly result: unknown }
  | { readonly call: number; readonly error: PlainError };

/** The envelope of a message of this service; undefined for other messages. */
export function envelopeOf<Body>(service: string, data: unknown): Envelope<Body> | undefined {
  const isOurs = typeof data === 'object' && data !== null && (data as Partial<Envelope<Body>>).residual === service;
  return isOurs ? (data as Envelope<Body>) : undefined;
}

/** A random unique name. */
export function uniqueName(): string {
  return [...crypto.getRandomValues(new Uint32Array(4))].map(word => word.toString(36)).join('-');
}
