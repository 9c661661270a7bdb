import { httpSource } from '@residual/safetensors';
import { ResidualError } from '@residual/tensor';
import { fileAt } from '#platform';
import { ggufNameIn } from '../gguf/gguf-names.js';
import type { ModelFiles } from './files.js';
import { expectSmall } from './limits.js';
import { absoluteUrl, filesAt, type UrlSettings } from './url.js';

/**
 * URLs of files by their names in a checkpoint, as data packages export them. The addresses may have any names, such as
 * those of a bundler. `https:`, `blob:` and `data:` URLs and URLs relative to the page; in Node also `file:` URLs and
 * paths.
 */
export type FileUrls = Readonly<Record<string, string | URL>>;

/** The files at URLs by name. A name without a URL is a missing file; a URL without a file is an error. */
export function namedFiles(urls: FileUrls, settings: UrlSettings): ModelFiles {
  const addresses = new Map(Object.entries(plainUrls(urls)));
  const origin = `the source (${addresses.size} ${addresses.size === 1 ? 'URL' : 'URLs'})`;
  const remote = filesAt(origin, name => new URL(addresses.get(name)!), settings);
  const missing = (name: string): never => {
    throw new ResidualError('files', `loadModel: there is no ${name} at ${shorten(addresses.get(name)!)}`);
  };
  const local = async (name: string) => {
    const address = addresses.get(name)!;
    return address.startsWith('data:') ? httpSource(address) : await fileAt(address);
  };
  return {
    origin,
    gguf: ggufNameIn(origin, [...addresses.keys()]),
    text: async (name, options) => {
      if (!addresses.has(name)) return undefined;
      const source = await local(name);
      if (source) {
        expectSmall(origin, name, source.size);
        return new TextDecoder().decode(await source.read(0, source.size, options));
      }
      return (isRemote(addresses.get(name)!) ? await remote.text(name, options) : undefined) ?? missing(name);
    },
    bytes: async (name, options) => {
      if (!addresses.has(name)) return undefined;
      const source = await local(name);
      return (
        source ?? (isRemote(addresses.get(name)!) ? await remote.bytes(name, options) : undefined) ?? missing(name)
      );
    },
  };
}

/**
 * The URLs as absolute strings, for another thread or process: a `URL` cannot be cloned, and relative URLs have another
 * base there.
 */
export function plainUrls(urls: FileUrls): Record<string, string> {
  return Object.fromEntries(
    Object.entries(urls).map(([name, url]) => {
      if (typeof url === 'string' || isUrl(url)) return [name, absoluteUrl(`${url}`)];
      throw new ResidualError('files', `loadModel: ${name} is ${JSON.stringify(url)}; it must be a URL`);
    }),
  );
}

/** Whether a value is a URL, also one of another realm or of a bundler. */
export function isUrl(value: unknown): value is URL {
  return typeof value === 'object' && value !== null && typeof (value as URL).href === 'string';
}

const isRemote = (address: string) => /^(https?|blob):/i.test(address);

/** A URL for error messages; a `data:` URL may contain a whole file. */
const shorten = (address: string) => (address.length > 200 ? `${address.slice(0, 100)}...` : address);
