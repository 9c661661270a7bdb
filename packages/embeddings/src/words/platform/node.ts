import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ResidualError } from '@residual/base';
import { fileSource } from '@residual/safetensors/node';
import type { FileUrls, StoredVectors, WordVectorsOptions } from '../load.js';
import { formOf, openNamed, openRemote, openUrl } from '../place.js';

/** The files of a folder or file, by path, `file:` or `http:` URL. Errors when nothing fits. */
export async function openPlace(place: string | URL, options: WordVectorsOptions): Promise<StoredVectors> {
  const text = String(place);
  if (/^(https?|blob|data):/.test(text)) return openUrl(text, options);
  const path = text.startsWith('file:') ? fileURLToPath(text) : text;
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new ResidualError('vectors', `wordVectors: there is no file or folder ${path}`);
  if (!found.isDirectory()) return open(dirname(path), basename(path));
  const folder = await folderOfTable(path);
  const tables = await tablesIn(folder);
  if (tables.length === 1) return open(folder, tables[0]!);
  throw new ResidualError(
    'vectors',
    `wordVectors: ${path} has ${tables.length} .safetensors files${tables.length > 1 ? ` (${tables.join(', ')})` : ''}; it must have one`,
  );
}

/** The files at URLs by name, or at paths. */
export const openUrls = (urls: FileUrls, options: WordVectorsOptions): Promise<StoredVectors> =>
  openNamed(
    urls,
    async url => {
      const text = `${url}`;
      if (/^(https?|blob|data):/.test(text)) return openRemote(text, options);
      return fileSource(text.startsWith('file:') ? fileURLToPath(text) : text).catch(() => undefined);
    },
    options,
  );

const tablesIn = async (folder: string) => (await readdir(folder)).filter(name => name.endsWith('.safetensors'));

/** The folder itself, or of an npm package that holds none the only folder in it that holds a table. */
async function folderOfTable(path: string): Promise<string> {
  const entries = await readdir(path, { withFileTypes: true });
  if (!entries.some(entry => entry.name === 'package.json')) return path;
  const folders = entries.filter(entry => entry.isDirectory()).map(entry => join(path, entry.name));
  const holds = await Promise.all([path, ...folders].map(async folder => (await tablesIn(folder)).length > 0));
  const found = [path, ...folders].filter((_, i) => holds[i]);
  return found.length === 1 ? found[0]! : path;
}

async function open(folder: string, name: string): Promise<StoredVectors> {
  return formOf(name, await fileSource(join(folder, name)), async other => {
    const path = join(folder, other);
    return readFile(path, 'utf8').catch((cause: Error) => {
      throw new ResidualError('vectors', `wordVectors: ${path} cannot be read: ${cause.message}`, { cause });
    });
  });
}
