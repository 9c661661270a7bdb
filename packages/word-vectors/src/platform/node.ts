import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ResidualError } from '@residual/base';
import { fileSource } from '@residual/safetensors/node';
import type { FileUrls, StoredVectors, WordVectorsOptions } from '../load.js';
import { detectFormat, openNamed, openRemote, openUrl } from '../open-files.js';

/** Opens a folder or file by path, `file:` or `http:` URL. Errors if there is no table. */
export async function openLocation(location: string | URL, options: WordVectorsOptions): Promise<StoredVectors> {
  const text = String(location);
  if (/^(https?|blob|data):/.test(text)) return openUrl(text, options);
  const path = text.startsWith('file:') ? fileURLToPath(text) : text;
  const stats = await stat(path).catch(() => undefined);
  if (!stats) throw new ResidualError('vectors', `wordVectors: there is no file or folder ${path}`);
  if (!stats.isDirectory()) return open(dirname(path), basename(path));
  const folder = await folderOfTable(path);
  const tables = await tablesIn(folder);
  if (tables.length === 1) return open(folder, tables[0]!);
  throw new ResidualError(
    'vectors',
    `wordVectors: ${path} has ${tables.length} .safetensors ` +
      `files${tables.length > 1 ? ` (${tables.join(', ')})` : ''}; it must have one`,
  );
}

/** Opens URLs or paths by file name. */
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

/** The folder itself, or for an npm package without a table its only subfolder with a table. */
async function folderOfTable(path: string): Promise<string> {
  const entries = await readdir(path, { withFileTypes: true });
  if (!entries.some(entry => entry.name === 'package.json')) return path;
  const folders = entries.filter(entry => entry.isDirectory()).map(entry => join(path, entry.name));
  const hasTable = await Promise.all([path, ...folders].map(async folder => (await tablesIn(folder)).length > 0));
  const matches = [path, ...folders].filter((_, i) => hasTable[i]);
  return matches.length === 1 ? matches[0]! : path;
}

async function open(folder: string, name: string): Promise<StoredVectors> {
  return detectFormat(name, await fileSource(join(folder, name)), async other => {
    const path = join(folder, other);
    return readFile(path, 'utf8').catch((cause: Error) => {
      throw new ResidualError('vectors', `wordVectors: ${path} cannot be read: ${cause.message}`, { cause });
    });
  });
}
