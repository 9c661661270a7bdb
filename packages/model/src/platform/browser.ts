import { sha1 } from '@noble/hashes/legacy';
import { sha256 } from '@noble/hashes/sha2';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils';
import { blobSource, type Source } from '@residual/safetensors';
import type { ModelFiles } from '../sources/files.js';
import type { HubEnvironment } from '../sources/hub.js';
import type { Store } from '../sources/store.js';

/** There are no folders in a page. */
export async function folderFiles(_path: string): Promise<ModelFiles | undefined> {
  return undefined;
}

/** A page reads no file by its path. */
export async function fileAt(_address: string): Promise<Source | undefined> {
  return undefined;
}

/** A page has no environment. */
export function hubEnvironment(): HubEnvironment {
  return {};
}

/** After this many bytes a part is saved, so that a closed page loses no more. */
const savedEvery = 2 ** 26;

/** The storage that the browser keeps for this site (the origin private file system); undefined where it has none. */
export async function openStore(path = 'residual'): Promise<Store | undefined> {
  const root = await globalThis.navigator?.storage?.getDirectory?.().catch(() => undefined);
  if (!root || !('createWritable' in FileSystemFileHandle.prototype)) return undefined;
  const handle = async (key: string, create: boolean) => {
    const steps = [path, ...key.split('/')].map(encodeURIComponent);
    let folder = root;
    for (const step of steps.slice(0, -1)) folder = await folder.getDirectoryHandle(step, { create });
    return { folder, name: steps.at(-1)! };
  };
  const find = async (key: string): Promise<File | undefined> => {
    try {
      const { folder, name } = await handle(key, false);
      return await (await folder.getFileHandle(name)).getFile();
    } catch (error) {
      if (error instanceof DOMException && (error.name === 'NotFoundError' || error.name === 'TypeMismatchError'))
        return undefined;
      throw error;
    }
  };
  return {
    place: path,
    readText: async key => (await find(key))?.text(),
    writeText: async (key, text) => {
      const { folder, name } = await handle(key, true);
      const writer = await (await folder.getFileHandle(name, { create: true })).createWritable();
      await writer.write(text);
      await writer.close();
    },
    source: async key => {
      const complete = await find(`${key}.complete`);
      const file = complete && (await find(key));
      return file && blobSource(file);
    },
    digest: async (key, kind, prefix, signal) => {
      const hash = (kind === 'sha1' ? sha1 : sha256).create().update(utf8ToBytes(prefix));
      const file = (await find(key))!;
      for (let at = 0; at < file.size; at += 2 ** 22) {
        signal?.throwIfAborted();
        hash.update(new Uint8Array(await file.slice(at, at + 2 ** 22).arrayBuffer()));
      }
      return bytesToHex(hash.digest());
    },
    stamp: async key => `${(await find(key))?.lastModified}`,
    remove: async key => {
      const { folder, name } = await handle(key, true);
      for (const each of [`${name}.complete`, name]) await folder.removeEntry(each).catch(() => {});
    },
    part: async key => {
      const { folder, name } = await handle(key, true);
      const file = await folder.getFileHandle(name, { create: true });
      let { size } = await file.getFile();
      let writer: FileSystemWritableFileStream | undefined;
      let unsaved = 0;
      const save = async () => {
        await writer?.close();
        writer = undefined;
        unsaved = 0;
      };
      return {
        get size() {
          return size;
        },
        append: async bytes => {
          writer ??= await file.createWritable({ keepExistingData: true });
          await writer.write({ type: 'write', position: size, data: bytes as Uint8Array<ArrayBuffer> });
          size += bytes.length;
          unsaved += bytes.length;
          if (unsaved >= savedEvery) await save();
        },
        close: save,
        finish: async () => {
          await save();
          await folder.getFileHandle(`${name}.complete`, { create: true });
        },
        discard: async () => {
          await save();
          await folder.removeEntry(name);
        },
      };
    },
  };
}
