import { createHash, randomUUID } from 'node:crypto';
import { constants, createReadStream, open as openCallback } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { homedir, hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Source } from '@residual/safetensors';
import { fileSource } from '@residual/safetensors/node';
import { ResidualError } from '@residual/tensor';
import { ggufNameIn } from '../load/gguf/gguf-names.js';
import type { ModelFiles } from '../load/sources/files.js';
import type { HubEnvironment } from '../load/sources/hub.js';
import { expectSmall, readSmall } from '../load/sources/limits.js';
import { type PartialFile, type Store, type StoreGuard, storeGuard } from '../load/sources/store.js';

/**
 * The files of a folder on disk, by path or `file:` URL, or of an npm package that holds one checkpoint; undefined if
 * there is no such folder.
 */
export async function folderFiles(path: string): Promise<ModelFiles | undefined> {
  const folderPath = path.startsWith('file:') ? fileURLToPath(path) : path;
  if (!(await stat(folderPath).catch(() => undefined))?.isDirectory()) return undefined;
  const folder = await folderOfCheckpoint(folderPath);
  return {
    origin: folder,
    gguf: ggufNameIn(folder, await readdir(folder)),
    text: (name, { signal }) => undefinedIfMissing(readText(folder, name, signal)),
    list: async name => (await undefinedIfMissing(readdir(join(folder, name)))) ?? [],
    bytes: name => undefinedIfMissing(fileSource(join(folder, name))),
  };
}

/** The folder itself; for an npm package without a checkpoint at its root, its only subfolder that holds one. */
async function folderOfCheckpoint(path: string): Promise<string> {
  const entries = await readdir(path, { withFileTypes: true });
  const names = new Set(entries.map(({ name }) => name));
  if (!names.has('package.json') || names.has('config.json')) return path;
  const folders = entries.filter(entry => entry.isDirectory()).map(entry => join(path, entry.name));
  const configs = await Promise.all(folders.map(folder => stat(join(folder, 'config.json')).catch(() => undefined)));
  const checkpoints = folders.filter((_, index) => configs[index]);
  return checkpoints.length === 1 ? checkpoints[0]! : path;
}

/** The file at a path or `file:` URL; undefined if there is none, and for other URLs. */
export async function fileAt(address: string): Promise<Source | undefined> {
  if (/^(https?|blob|data):/i.test(address)) return undefined;
  return undefinedIfMissing(fileSource(address.startsWith('file:') ? fileURLToPath(address) : address));
}

/** The text of a file or a named pipe; reading a pipe waits for its writer until `signal` aborts. */
async function readText(folder: string, name: string, signal: AbortSignal | undefined): Promise<string> {
  const path = join(folder, name);
  const stats = await stat(path);
  if (stats.isFile()) {
    expectSmall(folder, name, stats.size);
    return readFile(path, { encoding: 'utf8', signal });
  }
  if (!stats.isFIFO()) throw new ResidualError('files', `loadModel: ${name} of ${folder} is neither a file nor a pipe`);
  // A non-blocking pipe, polled as a socket, occupies no thread while nobody writes.
  const fd = await promisify(openCallback)(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const pipe = new Socket({ fd, readable: true, writable: false });
  const stop = () => pipe.destroy(signal!.reason as Error);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    signal?.throwIfAborted();
    const bytes = await readSmall(folder, name, Readable.toWeb(pipe) as ReadableStream<Uint8Array>);
    return new TextDecoder().decode(bytes);
  } finally {
    signal?.removeEventListener('abort', stop);
    pipe.destroy();
  }
}

/**
 * The hub options of the environment, by the variables of Hugging Face's own tools: `HF_ENDPOINT`, `HF_TOKEN`,
 * `HF_HUB_OFFLINE`.
 */
export function hubEnvironment(): HubEnvironment {
  const { HF_ENDPOINT: endpoint, HF_TOKEN: token, HF_HUB_OFFLINE: offline = '' } = process.env;
  return {
    ...(endpoint && { endpoint }),
    ...(token && { token }),
    ...(/^(1|true|yes|on)$/i.test(offline) && { offline: true }),
  };
}

/**
 * Opens the folder for downloads: `RESIDUAL_CACHE`, else `residual` in `HF_HOME`, in `XDG_CACHE_HOME` or in `~/.cache`.
 */
export async function openStore(path = cacheFolder()): Promise<Store> {
  const pathOf = (key: string) => join(path, ...key.split('/'));
  const withStoreErrors = storeGuard(`the folder of downloads ${path}`, error => {
    const { code: rawCode, message } = error as NodeJS.ErrnoException;
    if (rawCode === undefined || ResidualError.is(error)) return undefined;
    const code = rawCode.replace('ERR_FS_', '');
    return `${storeErrors[code] ?? `gives an error (${message})`} (${code})`;
  });
  return {
    location: path,
    readText: key => withStoreErrors(() => undefinedIfMissing(readFile(pathOf(key), 'utf8'))),
    writeText: (key, text) =>
      withStoreErrors(async () => {
        await mkdir(dirname(pathOf(key)), { recursive: true });
        const newFile = uniqueName(pathOf(key), 'new');
        try {
          await writeFile(newFile, text);
          await rename(newFile, pathOf(key));
        } catch (error) {
          await rm(newFile, { force: true });
          throw error;
        }
      }),
    source: key => withStoreErrors(() => undefinedIfMissing(fileSource(pathOf(key)))),
    digest: (key, kind, prefix, signal) =>
      withStoreErrors(async () => {
        const hash = createHash(kind).update(prefix);
        for await (const bytes of createReadStream(pathOf(key), { highWaterMark: 2 ** 20, signal })) hash.update(bytes);
        return hash.digest('hex');
      }),
    stamp: key =>
      withStoreErrors(async () => {
        const { ino, size, mtimeMs } = await stat(pathOf(key));
        return `${ino} ${size} ${mtimeMs}`;
      }),
    remove: key => withStoreErrors(() => rm(pathOf(key), { force: true })),
    partialFile: key => withStoreErrors(() => openPartialFile(pathOf(key), withStoreErrors)),
  };
}

/** The meaning of error codes of the file system, after 'the folder ...'. */
const storeErrors: Readonly<Record<string, string>> = {
  ENOSPC: 'is full',
  EDQUOT: 'is full',
  EROFS: 'cannot be written',
  EACCES: 'may not be read or written',
  EPERM: 'may not be read or written',
  EISDIR: 'has a folder where a file should be',
  ENOTDIR: 'has a file where a folder should be',
  EEXIST: 'has a file where a folder should be',
  ELOOP: 'has links that lead in a circle',
  ENAMETOOLONG: 'has names that are too long',
};

/** A file name that no other program, thread or call uses; it contains the host name and the process id. */
const uniqueName = (path: string, ending: string) =>
  `${path}.${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}.${ending}`;

/**
 * Opens a partial file that only this call uses. It takes over the bytes of an earlier download by renaming its file,
 * so that only one of several programs gets it. The partial file of an ended process of this machine counts too.
 */
async function openPartialFile(path: string, withStoreErrors: StoreGuard): Promise<PartialFile> {
  await mkdir(dirname(path), { recursive: true });
  const own = uniqueName(path, 'part');
  const takeOver = (leftover: string) =>
    rename(leftover, own).then(
      () => true,
      () => false,
    );
  for (const leftover of [`${path}.part`, ...(await abandonedFiles(path))]) if (await takeOver(leftover)) break;
  const file = await open(own, 'a+');
  let { size } = await file.stat();
  const release = async () => {
    await file.close();
    await (size > 0 ? rename(own, `${path}.part`) : rm(own, { force: true }));
  };
  return {
    get size() {
      return size;
    },
    append: bytes =>
      withStoreErrors(async () => {
        try {
          await file.appendFile(bytes);
        } catch (error) {
          await file.truncate(0); // do not leave the disk full
          size = 0;
          throw error;
        }
        size += bytes.length;
      }),
    close: () => withStoreErrors(release),
    finish: () =>
      withStoreErrors(async () => {
        await file.close();
        await rename(own, path).catch(async error => {
          await rm(own, { force: true });
          throw error;
        });
      }),
    discard: () =>
      withStoreErrors(async () => {
        await file.close();
        await rm(own, { force: true });
      }),
  };
}

/** The partial files of processes of this machine that have ended. */
async function abandonedFiles(path: string): Promise<string[]> {
  const name = basename(path);
  const all = await readdir(dirname(path)).catch(() => []);
  return all
    .filter(each => {
      if (!each.startsWith(`${name}.${hostname()}-`)) return false;
      const pid = /^(\d+)-[\da-f]{8}\.part$/.exec(each.slice(`${name}.${hostname()}-`.length))?.[1];
      return pid !== undefined && !isRunning(Number(pid));
    })
    .map(each => join(dirname(path), each));
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function cacheFolder(): string {
  const { RESIDUAL_CACHE, HF_HOME, XDG_CACHE_HOME } = process.env;
  return RESIDUAL_CACHE || join(HF_HOME || XDG_CACHE_HOME || join(homedir(), '.cache'), 'residual');
}

async function undefinedIfMissing<T>(value: Promise<T>): Promise<T | undefined> {
  return value.catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
}
