import type { FileUrls, StoredVectors, WordVectorsOptions } from '../load.js';
import { openNamed, openRemote, openUrl } from '../open-files.js';

/** Opens a folder or file by URL; relative URLs are relative to the page. */
export async function openLocation(location: string | URL, options: WordVectorsOptions): Promise<StoredVectors> {
  return openUrl(new URL(location, globalThis.location?.href).href, options);
}

/** Opens URLs by file name. */
export const openUrls = (urls: FileUrls, options: WordVectorsOptions): Promise<StoredVectors> =>
  openNamed(urls, openRemote, options);
