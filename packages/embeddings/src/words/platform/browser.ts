import type { VectorSource, WordVectorsOptions } from '../load.js';
import { openUrl } from '../place.js';

/** The files of a folder or file by its address; a relative one begins at the page. */
export async function openPlace(
  place: string | URL,
  options: WordVectorsOptions,
): Promise<Exclude<VectorSource, string | URL>> {
  return openUrl(new URL(place, globalThis.location?.href).href, options);
}
