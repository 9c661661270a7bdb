import { httpSource, type Source } from '@residual/safetensors';
import { ResidualError } from './errors.js';
import type { VectorSource, WordVectorsOptions } from './load.js';

/** What a file is by the ending of its name; `read` gives the text of another file beside it. */
export async function formOf(
  name: string,
  source: Source,
  read: (other: string) => Promise<string>,
): Promise<Exclude<VectorSource, string | URL>> {
  if (/\.safetensors$/i.test(name)) return { safetensors: source, vocab: await read('vocab.json') };
  if (/\.bin$/i.test(name)) return { word2vec: source, binary: true };
  if (/\.(txt|vec)$/i.test(name)) return { glove: source };
  throw new ResidualError(
    'vectors',
    `wordVectors: ${name} is no file of vectors by its name; .safetensors, .bin, .txt and .vec are`,
  );
}

/** The files at an address: of a folder (it ends in `/` or has no ending) `vectors.safetensors` and `vocab.json`, else the file itself. */
export async function openUrl(
  address: string,
  { signal }: WordVectorsOptions,
): Promise<Exclude<VectorSource, string | URL>> {
  const url = new URL(address);
  const last = url.pathname.split('/').at(-1)!;
  const isFile = /\.\w+$/.test(last);
  if (!isFile && last !== '') url.pathname += '/';
  const file = isFile ? url : new URL('vectors.safetensors', url);
  return formOf(file.pathname, await httpSource(file.href, { signal }), async other => {
    const beside = new URL(other, file);
    const response = await fetch(beside, { signal: signal ?? null });
    if (response.ok) return response.text();
    throw new ResidualError('vectors', `wordVectors: ${beside.href} gave status ${response.status}`);
  });
}
