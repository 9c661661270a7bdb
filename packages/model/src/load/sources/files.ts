import type { Source } from '@residual/safetensors';

/** The files of one checkpoint, from any source: a folder, a base URL, a hub, dropped files. */
export interface ModelFiles {
  /** The name of the source in error messages. */
  readonly origin: string;
  /** The name of the GGUF file that holds the model; undefined for a checkpoint of safetensors files. */
  readonly gguf?: string | undefined;
  /** The text of a small file; undefined if it does not exist. */
  text(name: string, options: { signal?: AbortSignal | undefined }): Promise<string | undefined>;
  /** The names of the files in a folder of the source; absent where that cannot be known, as for a base URL. */
  list?(folder: string, options: { signal?: AbortSignal | undefined }): Promise<readonly string[]>;
  /** The bytes of a file, read by ranges; undefined if it does not exist. */
  bytes(
    name: string,
    options: {
      signal?: AbortSignal | undefined;
      onBytes?: OnBytes | undefined;
      /** Whether only a few bytes are read, such as a header, for which a hub need not send the whole file. */
      partly?: boolean | undefined;
    },
  ): Promise<Source | undefined>;
}

/** The names of files in a folder, without it. */
export function namesIn(folder: string, names: readonly string[]): readonly string[] {
  const inside = names.filter(name => name.startsWith(`${folder}/`)).map(name => name.slice(folder.length + 1));
  return inside.filter(name => !name.includes('/'));
}

/** Called when bytes arrive, with the bytes received so far and the size of the file. */
export type OnBytes = (file: string, received: number, total: number) => void;
