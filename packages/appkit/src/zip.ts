import { type UnzipFileInfo, unzipSync, zipSync } from 'fflate';
import { isZip } from './page.js';

/** How much a zip may hold, in bytes: more than any model that a page can run. */
const most = 2e9;

/** Files with those inside a zip in its place, by their names without folders. Errors name a zip that cannot be read, or holds too much. */
export async function unpacked(files: readonly File[]): Promise<File[]> {
  return (await Promise.all(files.map(file => (isZip(file) ? filesIn(file) : [file])))).flat();
}

/** Files by name as one zip, uncompressed: weights hardly get smaller. */
export function packed(files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>): Blob {
  const bytes = zipSync(Object.fromEntries(files), { level: 0 });
  return new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'application/zip' });
}

async function filesIn(zip: File): Promise<File[]> {
  let size = 0;
  const filter = ({ name, originalSize }: UnzipFileInfo) => {
    size += originalSize;
    if (size > most)
      throw new RangeError(
        `${zip.name} holds more than the ${most / 1e9} GB that a page reads; drop its files one by one.`,
      );
    return !name.endsWith('/');
  };
  try {
    const found = unzipSync(new Uint8Array(await zip.arrayBuffer()), { filter });
    return Object.entries(found).map(([path, bytes]) => new File([bytes as Uint8Array<ArrayBuffer>], baseName(path)));
  } catch (error) {
    if (error instanceof RangeError) throw error;
    throw new Error(`${zip.name} is no zip that can be read: ${(error as Error).message}.`, { cause: error });
  }
}

const baseName = (path: string) => path.slice(path.lastIndexOf('/') + 1);
