import type { PlainError } from '../plain-error.js';

/** Messages are in an envelope of their own: other things, and other services and connections, may go through the same port. */
export interface Envelope<Body> {
  /** The name of the service. */
  readonly residual: string;
  /** Which connection of the port; none where a server tells all of them that it is there. */
  readonly connection?: string;
  readonly body: Body;
}

/** What a client sends. */
export type Request =
  /** Asks whether a server is there; asked again when one says that it is. */
  | { readonly open: true }
  | { readonly server: string; readonly call: number; readonly method: string; readonly args: readonly unknown[] }
  | { readonly server: string; readonly call: number; readonly abort: true }
  /** Asks for the next step of a stream. */
  | { readonly server: string; readonly call: number; readonly more: true }
  /** Is done without an answer. */
  | { readonly server: string; readonly notify: string; readonly args: readonly unknown[] }
  /** Whether or not a server has opened it. */
  | { readonly close: true };

/** What a server sends. Each call is answered by one result or error, after any number of events or steps. */
export type Response =
  | { readonly ready: true }
  /** `lock` is the name of a lock that the server's thread holds as long as it lives and serves this connection. */
  | { readonly opened: string; readonly lock?: string | undefined }
  | { readonly closed: true }
  | { readonly call: number; readonly event: unknown }
  | { readonly call: number; readonly step: unknown }
  | { readonly call: number; readonly result: unknown }
  | { readonly call: number; readonly error: PlainError };

/** The envelope of a message of this service; undefined for others' messages. */
export function envelopeOf<Body>(service: string, data: unknown): Envelope<Body> | undefined {
  const isOurs = typeof data === 'object' && data !== null && (data as Partial<Envelope<Body>>).residual === service;
  return isOurs ? (data as Envelope<Body>) : undefined;
}

/** A name that nobody else has. */
export function uniqueName(): string {
  return [...crypto.getRandomValues(new Uint32Array(4))].map(word => word.toString(36)).join('-');
}
