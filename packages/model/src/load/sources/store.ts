import type { Source } from '@residual/safetensors';
import { ResidualError } from '@residual/tensor';

/** Storage for downloaded files: a folder on disk, or the storage of a site in a browser. Keys are paths with `/`. */
export interface Store {
  /** The location, which identifies the store. */
  readonly location: string;
  /** A small text written before; undefined if there is none. */
  readText(key: string): Promise<string | undefined>;
  writeText(key: string, text: string): Promise<void>;
  /** A complete file; undefined if there is none. */
  source(key: string): Promise<Source | undefined>;
  /** The digest of `prefix` and the bytes of a complete file, in hexadecimal. */
  digest(key: string, kind: 'sha1' | 'sha256', prefix: string, signal?: AbortSignal): Promise<string>;
  /** A stamp that changes when a complete file changes, such as its modification time. */
  stamp(key: string): Promise<string>;
  /** Removes a complete file. */
  remove(key: string): Promise<void>;
  /** Opens a partial file with the bytes written so far. `signal` ends the wait for other writers. */
  partialFile(key: string, signal?: AbortSignal): Promise<PartialFile>;
}

/** A partial file with one owner. Appended bytes stay when the program ends, so that a download can resume. */
export interface PartialFile {
  /** The bytes so far. */
  readonly size: number;
  append(bytes: Uint8Array): Promise<void>;
  /** Keeps the bytes for later. */
  close(): Promise<void>;
  /** Makes it the complete file. */
  finish(): Promise<void>;
  /** Deletes the bytes. */
  discard(): Promise<void>;
}

/** Runs work on a store and explains its errors. */
export type StoreGuard = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Turns the errors of a store into sentences about it: `explain` says what an error means, such as `is full (ENOSPC)`,
 * or undefined for an error that stays as it is.
 */
export function storeGuard(store: string, explain: (error: unknown) => string | undefined): StoreGuard {
  return async work => {
    try {
      return await work();
    } catch (cause) {
      const what = explain(cause);
      if (what === undefined) throw cause;
      const text = `loadModel: ${store} ${what}; hub.cache names another one, or false for none`;
      throw new ResidualError('cache', text, { cause });
    }
  };
}
