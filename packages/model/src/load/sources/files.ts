import type { Source } from '@residual/safetensors';

/** The files of one published checkpoint, wherever they are: a folder, a base URL, a hub, dropped files. */
export interface ModelFiles {
  /** What to call the place in messages. */
  readonly origin: string;
  /** The text of a small file; undefined if there is none of that name. */
  text(name: string, options: { signal?: AbortSignal | undefined }): Promise<string | undefined>;
  /** The bytes of a file, read in ranges; undefined if there is none of that name. */
  bytes(
    name: string,
    options: { signal?: AbortSignal | undefined; onBytes?: OnBytes | undefined },
  ): Promise<Source | undefined>;
}

/** Called as bytes arrive: how many of the file are here, and how many it has. */
export type OnBytes = (file: string, received: number, total: number) => void;
