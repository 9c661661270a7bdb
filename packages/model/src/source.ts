import { blobSource, bytesSource } from '@residual/safetensors';
import { ResidualError } from '@residual/tensor';
import type { ModelFiles } from './files.js';

/**
 * Where a checkpoint is: the path of a folder (Node), a base URL, a Hugging Face id (`owner/name`), files that someone dropped, bytes by name, or
 * `ModelFiles` of your own.
 */
export type ModelSource = string | URL | readonly File[] | ReadonlyMap<string, Uint8Array> | ModelFiles;

/** How sources are read. */
export interface SourceOptions {
  /** Used in place of the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
}

/** The files behind a source. */
export async function filesOf(source: ModelSource, _options: SourceOptions): Promise<ModelFiles> {
  if (source instanceof Map) return bytesFiles(source);
  if (Array.isArray(source)) return droppedFiles(source);
  if (typeof source === 'object' && 'bytes' in source) return source;
  throw new ResidualError('files', `loadModel: ${String(source)} is not a source that can be read here`);
}

/** Bytes by file name. */
export function bytesFiles(files: ReadonlyMap<string, Uint8Array>): ModelFiles {
  return {
    origin: 'the files given',
    text: async name => {
      const bytes = files.get(name);
      return bytes && new TextDecoder().decode(bytes);
    },
    bytes: async name => {
      const bytes = files.get(name);
      return bytes && bytesSource(bytes);
    },
  };
}

/** Files that someone chose or dropped on a page, by their names without folders. */
export function droppedFiles(files: readonly File[]): ModelFiles {
  const byName = new Map(files.map(file => [file.name, file]));
  return {
    origin: `the ${files.length} files given`,
    text: async name => byName.get(name)?.text(),
    bytes: async name => {
      const file = byName.get(name);
      return file && blobSource(file);
    },
  };
}
