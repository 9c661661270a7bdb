import { blobSource, bytesSource } from '@residual/safetensors';
import { ResidualError } from '@residual/tensor';
import { fileAt, folderFiles } from '#platform';
import { ggufNameIn, isGgufName } from '../gguf/gguf-names.js';
import { type FileUrls, isUrl, namedFiles, plainUrls } from './file-urls.js';
import { type ModelFiles, namesIn } from './files.js';
import { type HubOptions, hubFiles } from './hub.js';
import { expectSmall } from './limits.js';
import { ggufUrlFiles, urlFiles } from './url.js';
import { watchedFiles } from './watched-files.js';

/**
 * Where a checkpoint is: the path of a folder (Node), a base URL, a Hugging Face id (`owner/name`), URLs by file name,
 * dropped files, bytes by name, or your own `ModelFiles`. A GGUF file is one too: its path, its URL, an id with its
 * name (`owner/name/model.gguf`), or the file alone.
 */
export type ModelSource = string | URL | FileUrls | readonly File[] | ReadonlyMap<string, Uint8Array> | ModelFiles;

/** The options for reading a source. */
export interface SourceOptions {
  /** The options of the hub, for ids. */
  readonly hub?: HubOptions;
  /** Replaces the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  /** Whether a URL may redirect to another host; default false. A hub always may. */
  readonly allowRedirects?: boolean;
  /** Ends the reading. */
  readonly signal?: AbortSignal;
}

/**
 * The files of a source. A string is a URL if it has a scheme, or in a page if it starts with `/` or `.`; else a folder
 * if it exists; else an id. Throws for anything else.
 */
export async function filesOf(source: ModelSource, options: SourceOptions = {}): Promise<ModelFiles> {
  return watchedFiles(await openFiles(source, options));
}

async function openFiles(source: ModelSource, options: SourceOptions): Promise<ModelFiles> {
  if (source === null)
    throw new ResidualError(
      'files',
      'loadModel: the source is null; it must be a folder, a URL, an id such as owner/name, files, or bytes by name',
    );
  if (source instanceof Map) return bytesFiles(source);
  if (Array.isArray(source)) return droppedFiles(source);
  if (isModelFiles(source)) return source;
  const { fetch = globalThis.fetch, hub = {}, allowRedirects, signal } = options;
  const url = { fetch, allowRedirects, stallTimeout: hub.stallTimeout };
  if (typeof source === 'object' && !isUrl(source)) return namedFiles(source as FileUrls, url);
  const text = String(source);
  const isGguf = isGgufName(text.replace(/[?#].*$/s, ''));
  const remote = isGguf ? ggufUrlFiles : urlFiles;
  if (/^(https?|blob|data):/.test(text)) return remote(text, url);
  const local = isGguf ? await localGguf(text) : await folderFiles(text);
  if (local) return local;
  if (typeof location !== 'undefined' && /^[./]/.test(text)) return remote(text, url);
  const [, id, file] = /^([\w-][\w.-]*\/[\w-][\w.-]*)(?:\/(.+))?$/s.exec(text) ?? [];
  if (id !== undefined && (file === undefined || isGguf)) return hubFiles(id, hub, { fetch, signal, file });
  throw new ResidualError(
    'files',
    isGguf
      ? `loadModel: ${text} is neither a file that exists, nor a URL, nor a file of an id such as owner/name/model.gguf`
      : `loadModel: ${text} is neither a folder that exists, nor a URL, nor an id such as owner/name`,
  );
}

/** The GGUF file at a path, and the other parts of its model beside it; undefined if there is none. */
async function localGguf(path: string): Promise<ModelFiles | undefined> {
  if (!(await fileAt(path))) return undefined;
  const [, folder = '', name = path] = /^(.*[/\\])?([^/\\]+)$/s.exec(path) ?? [];
  return { origin: path, gguf: name, text: async () => undefined, bytes: part => fileAt(folder + part) };
}

/** The source in a form that can be sent to another thread, without `URL` objects and relative URLs. */
export function portableSource(source: ModelSource): ModelSource {
  if (isUrl(source)) return source.href;
  const isPlain = typeof source === 'string' || Array.isArray(source) || source instanceof Map || isModelFiles(source);
  return isPlain ? source : plainUrls(source as FileUrls);
}

/** Whether a source is a `ModelFiles`. */
function isModelFiles(source: ModelSource): source is ModelFiles {
  return typeof source === 'object' && typeof (source as ModelFiles).bytes === 'function';
}

/** The files of a map from names to bytes. */
export function bytesFiles(files: ReadonlyMap<string, Uint8Array>): ModelFiles {
  const origin = 'the source';
  return {
    origin,
    gguf: ggufNameIn(origin, [...files.keys()]),
    text: async name => {
      const bytes = files.get(name);
      expectSmall(origin, name, bytes?.length ?? 0);
      return bytes && new TextDecoder().decode(bytes);
    },
    list: async folder => namesIn(folder, [...files.keys()]),
    bytes: async name => {
      const bytes = files.get(name);
      return bytes && bytesSource(bytes);
    },
  };
}

/** Files chosen or dropped on a page, by their names without folders. */
export function droppedFiles(files: readonly File[]): ModelFiles {
  const byName = new Map(files.map(file => [file.name, file]));
  const origin = `the source (${files.length} ${files.length === 1 ? 'file' : 'files'})`;
  return {
    origin,
    gguf: ggufNameIn(origin, [...byName.keys()]),
    text: async name => {
      expectSmall(origin, name, byName.get(name)?.size ?? 0);
      return byName.get(name)?.text();
    },
    bytes: async name => {
      const file = byName.get(name);
      return file && blobSource(file);
    },
  };
}
