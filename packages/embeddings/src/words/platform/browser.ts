import type { FileUrls, StoredVectors, WordVectorsOptions } from '../load.js';
import { openNamed, openRemote, openUrl } from '../open-files.js';

/** The files of a folder or file by its address; a relative one begins at the page. */
export async function openLocation(location: string | URL, options: WordVectorsOptions): Promise<StoredVectors> {
  return openUrl(new URL(location, globalThis.location?.href).href, options);
}

/** The files at URLs by name. */
export const openUrls = (urls: FileUrls, options: WordVectorsOptions): Promise<StoredVectors> =>
  openNamed(urls, openRemote, options);
