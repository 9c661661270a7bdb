import type { Source } from '@residual/safetensors';

/** Where downloaded files stay: a folder on disk, or the storage that a browser gives a site. Keys are paths with `/`. */
export interface Store {
  /** Where it is: what tells it from other stores. */
  readonly location: string;
  /** A small text that was written before; undefined if there is none. */
  readText(key: string): Promise<string | undefined>;
  writeText(key: string, text: string): Promise<void>;
  /** A file that is complete; undefined if there is none. */
  source(key: string): Promise<Source | undefined>;
  /** The digest of a complete file as it is stored, in hexadecimal, `prefix` before its bytes. */
  digest(key: string, kind: 'sha1' | 'sha256', prefix: string, signal?: AbortSignal): Promise<string>;
  /** What tells this state of a complete file from a later one, such as the time of its last change. */
  stamp(key: string): Promise<string>;
  /** Removes a complete file. */
  remove(key: string): Promise<void>;
  /** A file that is being written, with what was written of it before. `signal` ends the waiting for others who write it. */
  partialFile(key: string, signal?: AbortSignal): Promise<PartialFile>;
}

/** A file that is not complete, and nobody else's. What was appended stays when the program ends, so that a download goes on from there. */
export interface PartialFile {
  /** Bytes so far. */
  readonly size: number;
  append(bytes: Uint8Array): Promise<void>;
  /** Keeps what there is for later. */
  close(): Promise<void>;
  /** Makes it the complete file. */
  finish(): Promise<void>;
  /** Forgets what there is. */
  discard(): Promise<void>;
}
