import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fileSource } from '@residual/safetensors/node';
import { ResidualError } from '../errors.js';
import type { VectorSource, WordVectorsOptions } from '../load.js';
import { formOf, openUrl } from '../place.js';

/** The files of a folder or file, by path, `file:` or `http:` URL. Errors when nothing fits. */
export async function openPlace(place: string | URL, options: WordVectorsOptions): Promise<Exclude<VectorSource, string | URL>> {
  const text = String(place);
  if (/^(https?|blob|data):/.test(text)) return openUrl(text, options);
  const path = text.startsWith('file:') ? fileURLToPath(text) : text;
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new ResidualError('vectors', `wordVectors: there is no file or folder ${path}`);
  if (!found.isDirectory()) return open(dirname(path), basename(path));
  const tables = (await readdir(path)).filter(name => name.endsWith('.safetensors'));
  if (tables.length === 1) return open(path, tables[0]!);
  throw new ResidualError(
    'vectors',
    `wordVectors: ${path} has ${tables.length} .safetensors files${tables.length > 1 ? ` (${tables.join(', ')})` : ''}; it must have one`,
  );
}

async function open(folder: string, name: string): Promise<Exclude<VectorSource, string | URL>> {
  return formOf(name, await fileSource(join(folder, name)), async other => {
    const path = join(folder, other);
    return readFile(path, 'utf8').catch((cause: Error) => {
      throw new ResidualError('vectors', `wordVectors: ${path} cannot be read: ${cause.message}`, { cause });
    });
  });
}
