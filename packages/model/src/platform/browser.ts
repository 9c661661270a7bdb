import { sha1 } from '@noble/hashes/legacy';
import { sha256 } from '@noble/hashes/sha2';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils';
import { blobSource, type Source } from '@residual/safetensors';
import type { ModelFiles } from '../load/sources/files.js';
import type { HubEnvironment } from '../load/sources/hub.js';
import { type PartialFile, type Store, type StoreGuard, storeGuard } from '../load/sources/store.js';

/** The files of a folder: always undefined, a page has no folders. */
export async function folderFiles(_path: string): Promise<ModelFiles | undefined> {
  return undefined;
}

/** The file at a path: always undefined, a page reads no files by path. */
export async function fileAt(_address: string): Promise<Source | undefined> {
  return undefined;
}

/** The hub options of the environment: none in a page. */
export function hubEnvironment(): HubEnvironment {
  return {};
}

/** How many bytes of a partial file are written before they are saved, so that a closed page loses no more. */
const saveInterval = 2 ** 26;

/** The meaning of errors of the storage, after 'the storage ... of this site'. */
const storeErrors: Readonly<Record<string, string>> = {
  QuotaExceededError: 'is full',
  NoModificationAllowedError: 'is used by another page',
  NotAllowedError: 'may not be read or written',
  SecurityError: 'may not be read or written',
  TypeMismatchError: 'has a folder where a file should be, or a file where a folder should be',
};

/**
 * Opens the storage that the browser keeps for this site (the origin private file system); undefined if it has none. A
 * partial file belongs to one page or worker of the site; others wait, and find it complete or resume it.
 */
export async function openStore(path = 'residual'): Promise<Store | undefined> {
  const root = await globalThis.navigator?.storage?.getDirectory?.().catch(() => undefined);
  if (!root || !('createWritable' in FileSystemFileHandle.prototype)) return undefined;
  const withStoreErrors = storeGuard(`the storage ${path} of this site`, error => {
    const what = error instanceof DOMException ? storeErrors[error.name] : undefined;
    return what && `${what} (${(error as DOMException).name})`;
  });
  const handle = async (key: string, create: boolean) => {
    const steps = [path, ...key.split('/')].map(encodeURIComponent);
    let folder = root;
    for (const step of steps.slice(0, -1)) folder = await folder.getDirectoryHandle(step, { create });
    return { folder, name: steps.at(-1)! };
  };
  const find = (key: string): Promise<File | undefined> =>
    withStoreErrors(async () => {
      try {
        const { folder, name } = await handle(key, false);
        return await (await folder.getFileHandle(name)).getFile();
      } catch (error) {
        if (error instanceof DOMException && error.name === 'NotFoundError') return undefined;
        throw error;
      }
    });
  return {
    location: path,
    readText: async key => (await find(key))?.text(),
    writeText: (key, text) =>
      withStoreErrors(async () => {
        const { folder, name } = await handle(key, true);
        const writer = await (await folder.getFileHandle(name, { create: true })).createWritable();
        await writer.write(text);
        await writer.close();
      }),
    source: async key => {
      const complete = await find(`${key}.complete`);
      const file = complete && (await find(key));
      return file && blobSource(file);
    },
    digest: async (key, kind, prefix, signal) => {
      const hash = (kind === 'sha1' ? sha1 : sha256).create().update(utf8ToBytes(prefix));
      const file = (await find(key))!;
      for (let offset = 0; offset < file.size; offset += 2 ** 22) {
        signal?.throwIfAborted();
        hash.update(new Uint8Array(await file.slice(offset, offset + 2 ** 22).arrayBuffer()));
      }
      return bytesToHex(hash.digest());
    },
    stamp: async key => `${(await find(key))?.lastModified}`,
    remove: key =>
      withStoreErrors(async () => {
        const { folder, name } = await handle(key, true);
        for (const each of [`${name}.complete`, name]) await folder.removeEntry(each).catch(() => {});
      }),
    partialFile: async (key, signal) => {
      const unlock = await lock(`residual ${path}/${key}`, signal);
      try {
        const { folder, name } = await withStoreErrors(() => handle(key, true));
        return await withStoreErrors(() => openPartialFile(folder, name, { withStoreErrors, unlock }));
      } catch (error) {
        unlock();
        throw error;
      }
    },
  };
}

/** Waits for the lock `name` of this site; resolves to the function that releases it. */
async function lock(name: string, signal: AbortSignal | undefined): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const callback = () => new Promise<void>(unlock => resolve(unlock));
    navigator.locks.request(name, signal ? { signal } : {}, callback).catch(reject);
  });
}

/** Opens a partial file; `unlock` is called when it is closed. */
async function openPartialFile(
  folder: FileSystemDirectoryHandle,
  name: string,
  { withStoreErrors, unlock }: { withStoreErrors: StoreGuard; unlock: () => void },
): Promise<PartialFile> {
  const file = await folder.getFileHandle(name, { create: true });
  let { size } = await file.getFile();
  let writer: FileSystemWritableFileStream | undefined;
  let unsaved = 0;
  const save = async () => {
    const writing = writer;
    [writer, unsaved] = [undefined, 0];
    await writing?.close();
  };
  /** Deletes the file, so that full storage is not left full. */
  const drop = async () => {
    await writer?.abort().catch(() => {});
    [writer, unsaved, size] = [undefined, 0, 0];
    await folder.removeEntry(name).catch(() => {});
  };
  const closing = (work: () => Promise<void>) => withStoreErrors(work).finally(unlock);
  return {
    get size() {
      return size;
    },
    append: bytes =>
      withStoreErrors(async () => {
        try {
          writer ??= await file.createWritable({ keepExistingData: true });
          await writer.write({ type: 'write', position: size, data: bytes as Uint8Array<ArrayBuffer> });
          size += bytes.length;
          unsaved += bytes.length;
          if (unsaved >= saveInterval) await save();
        } catch (error) {
          await drop();
          throw error;
        }
      }),
    close: () => closing(save),
    finish: () =>
      closing(async () => {
        await save();
        await folder.getFileHandle(`${name}.complete`, { create: true });
      }),
    discard: () => closing(drop),
  };
}
