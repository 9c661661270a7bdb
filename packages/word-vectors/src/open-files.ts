import { ResidualError } from '@residual/base';
import { httpSource, type Source } from '@residual/safetensors';
import type { FileUrls, StoredVectors, WordVectorsOptions } from './load.js';

/** The format of a file by its extension; `read` returns the text of another file in the same folder. */
export async function detectFormat(
  name: string,
  source: Source,
  read: (other: string) => Promise<string>,
): Promise<StoredVectors> {
  if (/\.safetensors$/i.test(name)) return { safetensors: source, vocab: await read('vocab.json') };
  if (/\.bin$/i.test(name)) return { word2vec: source, binary: true };
  if (/\.(txt|vec)$/i.test(name)) return { glove: source };
  throw new ResidualError(
    'vectors',
    `wordVectors: ${name} is no file of vectors by its name; .safetensors, .bin, .txt and .vec are`,
  );
}

/** Opens a URL: `vectors.safetensors` and `vocab.json` of a folder (ends in `/` or has no extension), else the file. */
export async function openUrl(address: string, { signal }: WordVectorsOptions): Promise<StoredVectors> {
  const url = new URL(address);
  const last = url.pathname.split('/').at(-1)!;
  const isFile = /\.\w+$/.test(last);
  if (!isFile && last !== '') url.pathname += '/';
  const file = isFile ? url : new URL('vectors.safetensors', url);
  return detectFormat(file.pathname, await httpSource(file.href, { signal }), async other => {
    const sibling = new URL(other, file);
    const response = await fetch(sibling, { signal: signal ?? null });
    if (response.ok) return response.text();
    throw new ResidualError('vectors', `wordVectors: ${sibling.href} gave status ${response.status}`);
  });
}

/** Opens the file at a URL; undefined if there is none. */
export type OpenUrl = (url: string | URL, options: WordVectorsOptions) => Promise<Source | undefined>;

/** A source for an `https:`, `blob:` or `data:` URL; relative URLs are relative to the page. */
export const openRemote: OpenUrl = (url, { signal }) => httpSource(new URL(url, pageUrl()), { signal });

/** Opens URLs by file name: one table, and `vocab.json` if the table needs it. */
export async function openNamed(urls: FileUrls, openUrl: OpenUrl, options: WordVectorsOptions): Promise<StoredVectors> {
  const open = async (name: string) => {
    const url = urls[name];
    const source = url === undefined ? undefined : await openUrl(url, options);
    if (source) return source;
    const at = url === undefined ? `among ${Object.keys(urls).join(', ')}` : `at ${`${url}`.slice(0, 200)}`;
    throw new ResidualError('vectors', `wordVectors: there is no ${name} ${at}`);
  };
  const tables = Object.keys(urls).filter(name => /\.(safetensors|bin|txt|vec)$/i.test(name));
  const [table] = tables;
  if (tables.length !== 1) {
    const names = Object.keys(urls).join(', ') || 'nothing';
    throw new ResidualError(
      'vectors',
      `wordVectors: URLs of ${names} name ${tables.length} files of vectors; .safetensors, .bin, .txt and .vec ` +
        'are such files, and one would fit',
    );
  }
  return detectFormat(table!, await open(table!), async other => {
    const source = await open(other);
    return new TextDecoder().decode(await source.read(0, source.size, { signal: options.signal }));
  });
}

/** The base of relative URLs: the page, or the script of a worker; for a blob worker its origin. */
function pageUrl(): string | undefined {
  const { location } = globalThis;
  return location?.protocol === 'blob:' ? location.origin : location?.href;
}
