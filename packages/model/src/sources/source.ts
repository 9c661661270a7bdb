import { blobSource, bytesSource } from '@residual/safetensors';
import { ResidualError } from '@residual/tensor';
import { folderFiles } from '#platform';
import { type FileUrls, isUrl, namedFiles, plainUrls } from './file-urls.js';
import type { ModelFiles } from './files.js';
import { type HubOptions, hubFiles } from './hub.js';
import { urlFiles } from './url.js';

/**
 * Where a checkpoint is: the path of a folder (Node), a base URL, a Hugging Face id (`owner/name`), URLs by file name, files that someone dropped,
 * bytes by name, or `ModelFiles` of your own.
 */
export type ModelSource = string | URL | FileUrls | readonly File[] | ReadonlyMap<string, Uint8Array> | ModelFiles;

/** How sources are read. */
export interface SourceOptions {
  /** Settings of the hub, for ids. */
  readonly hub?: HubOptions;
  /** Used in place of the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  /** Ends the reading. */
  readonly signal?: AbortSignal;
}

/** The files behind a source. A text is a URL if it has a scheme or begins with `/` or `.` in a page, else a folder if there is one, else an id. */
export async function filesOf(source: ModelSource, options: SourceOptions = {}): Promise<ModelFiles> {
  if (source === null)
    throw new ResidualError(
      'files',
      'loadModel: the source is null; it must be a folder, a URL, an id such as owner/name, files, or bytes by name',
    );
  if (source instanceof Map) return bytesFiles(source);
  if (Array.isArray(source)) return droppedFiles(source);
  if (isModelFiles(source)) return source;
  const { fetch = globalThis.fetch, hub = {}, signal } = options;
  if (typeof source === 'object' && !isUrl(source)) return namedFiles(source as FileUrls, { fetch });
  const text = String(source);
  if (/^(https?|blob|data):/.test(text)) return urlFiles(text, { fetch });
  const folder = await folderFiles(text);
  if (folder) return folder;
  if (typeof location !== 'undefined' && /^[./]/.test(text)) return urlFiles(text, { fetch });
  if (/^[\w-][\w.-]*\/[\w-][\w.-]*$/.test(text)) return hubFiles(text, hub, { fetch, signal });
  throw new ResidualError(
    'files',
    `loadModel: ${text} is neither a folder that exists, nor a URL, nor an id such as owner/name`,
  );
}

/** A source as it can be sent to another thread, where a `URL` cannot go and where relative URLs begin elsewhere. */
export function portableSource(source: ModelSource): ModelSource {
  if (isUrl(source)) return source.href;
  const isPlain = typeof source === 'string' || Array.isArray(source) || source instanceof Map || isModelFiles(source);
  return isPlain ? source : plainUrls(source as FileUrls);
}

/** Whether a source reads its files itself. */
function isModelFiles(source: ModelSource): source is ModelFiles {
  return typeof source === 'object' && typeof (source as ModelFiles).bytes === 'function';
}

/** Bytes by file name. */
export function bytesFiles(files: ReadonlyMap<string, Uint8Array>): ModelFiles {
  return {
    origin: 'what was given',
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
    origin: `what was given (${files.length} ${files.length === 1 ? 'file' : 'files'})`,
    text: async name => byName.get(name)?.text(),
    bytes: async name => {
      const file = byName.get(name);
      return file && blobSource(file);
    },
  };
}
