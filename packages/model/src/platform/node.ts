import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Source } from '@residual/safetensors';
import { fileSource } from '@residual/safetensors/node';
import type { ModelFiles } from '../sources/files.js';
import type { HubEnvironment } from '../sources/hub.js';
import type { Store } from '../sources/store.js';

/** The files of a folder on disk, by path or `file:` URL, or of an npm package that holds one checkpoint; undefined if there is no such folder. */
export async function folderFiles(path: string): Promise<ModelFiles | undefined> {
  const given = path.startsWith('file:') ? fileURLToPath(path) : path;
  if (!(await stat(given).catch(() => undefined))?.isDirectory()) return undefined;
  const folder = await folderOfCheckpoint(given);
  return {
    origin: folder,
    text: name => unlessMissing(readFile(join(folder, name), 'utf8')),
    bytes: name => unlessMissing(fileSource(join(folder, name))),
  };
}

/** The folder itself, or of an npm package without a checkpoint at its root the only folder in it that holds one. */
async function folderOfCheckpoint(path: string): Promise<string> {
  const entries = await readdir(path, { withFileTypes: true });
  const names = new Set(entries.map(({ name }) => name));
  if (!names.has('package.json') || names.has('config.json')) return path;
  const folders = entries.filter(entry => entry.isDirectory()).map(entry => join(path, entry.name));
  const holds = await Promise.all(folders.map(folder => stat(join(folder, 'config.json')).catch(() => undefined)));
  const found = folders.filter((_, index) => holds[index]);
  return found.length === 1 ? found[0]! : path;
}

/** The file at a path or `file:` URL; undefined if there is none, and for other URLs. */
export async function fileAt(address: string): Promise<Source | undefined> {
  if (/^(https?|blob|data):/i.test(address)) return undefined;
  return unlessMissing(fileSource(address.startsWith('file:') ? fileURLToPath(address) : address));
}

/** What the environment says of the hub, by the variables of Hugging Face's own tools: `HF_ENDPOINT`, `HF_TOKEN`, `HF_HUB_OFFLINE`. */
export function hubEnvironment(): HubEnvironment {
  const { HF_ENDPOINT: endpoint, HF_TOKEN: token, HF_HUB_OFFLINE: offline = '' } = process.env;
  return {
    ...(endpoint && { endpoint }),
    ...(token && { token }),
    ...(/^(1|true|yes|on)$/i.test(offline) && { offline: true }),
  };
}

/** The folder for downloads: `RESIDUAL_CACHE`, else `residual` in `HF_HOME`, in `XDG_CACHE_HOME` or in `~/.cache`. */
export async function openStore(path = cacheFolder()): Promise<Store> {
  const place = (key: string) => join(path, ...key.split('/'));
  return {
    readText: key => unlessMissing(readFile(place(key), 'utf8')),
    writeText: async (key, text) => {
      await mkdir(dirname(place(key)), { recursive: true });
      const fresh = `${place(key)}.${process.pid}.new`;
      await writeFile(fresh, text);
      await rename(fresh, place(key));
    },
    source: key => unlessMissing(fileSource(place(key))),
    part: async key => {
      const name = `${place(key)}.part`;
      await mkdir(dirname(name), { recursive: true });
      const file = await open(name, 'a+');
      let { size } = await file.stat();
      return {
        get size() {
          return size;
        },
        read: async (start, end) => {
          const { buffer, bytesRead } = await file.read(new Uint8Array(end - start), 0, end - start, start);
          return buffer.subarray(0, bytesRead);
        },
        append: async bytes => {
          await file.appendFile(bytes);
          size += bytes.length;
        },
        close: () => file.close(),
        finish: async () => {
          await file.close();
          await rename(name, place(key));
        },
        discard: async () => {
          await file.close();
          await rm(name, { force: true });
        },
      };
    },
  };
}

function cacheFolder(): string {
  const { RESIDUAL_CACHE, HF_HOME, XDG_CACHE_HOME } = process.env;
  return RESIDUAL_CACHE || join(HF_HOME || XDG_CACHE_HOME || join(homedir(), '.cache'), 'residual');
}

async function unlessMissing<T>(value: Promise<T>): Promise<T | undefined> {
  return value.catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
}
