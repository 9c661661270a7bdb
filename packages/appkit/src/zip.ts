import { ResidualError } from '@residual/base';
import { type UnzipFileInfo, unzipSync, zipSync } from 'fflate';
import { isZip } from './page.js';

/** The largest content of a zip in bytes: more than any model that a page can run. */
const maxBytes = 2e9;

/**
 * Replaces each zip by the files in it, with names without folders. Errors if a zip cannot be read or holds too much.
 */
export async function unzipFiles(files: readonly File[]): Promise<File[]> {
  return (await Promise.all(files.map(file => (isZip(file) ? filesIn(file) : [file])))).flat();
}

/** Packs files by name into one uncompressed zip: weights hardly shrink. */
export function zipFiles(files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>): Blob {
  const bytes = zipSync(Object.fromEntries(files), { level: 0 });
  return new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'application/zip' });
}

/** The largest compression ratio of Deflate. */
const maxInflation = 1032;

/** The files in a zip. Checks their sizes against the directory and the size of the zip, and their checksums. */
async function filesIn(zip: File): Promise<File[]> {
  const limit = `${maxBytes / 1e9} GB`;
  const tooLarge = `${zip.name} contains more than the ${limit} that a page reads; drop its files one by one.`;
  if (zip.size > maxBytes) throw new ResidualError('zip', tooLarge);
  const bytes = new Uint8Array(await zip.arrayBuffer());
  const declared = new Map<string, ZipEntry>();
  try {
    const checksums = checksumsIn(bytes);
    let [packedSize, size] = [0, 0];
    const filter = (info: UnzipFileInfo) => {
      packedSize += info.size;
      size += info.originalSize;
      if (size > maxBytes) throw new ResidualError('zip', tooLarge);
      if (packedSize > bytes.length) throw new Error('its files overlap'); // as in zip bombs
      if (info.originalSize > maxInflation * (info.size + 1))
        throw new Error(`${info.name} cannot be as large as declared`);
      if (declared.has(info.name)) throw new Error(`it contains ${info.name} twice`);
      declared.set(info.name, { size: info.originalSize, checksum: checksums.next().value });
      return !info.name.endsWith('/');
    };
    const contents = unzipSync(bytes, { filter });
    return Object.entries(contents).map(([path, content]) => {
      const { size, checksum } = declared.get(path)!;
      if (content.length !== size) throw new Error(`${path} has ${content.length} bytes; it should have ${size}`);
      if (crc32(content) !== checksum) throw new Error(`${path} is damaged: its checksum is wrong`);
      return new File([content as Uint8Array<ArrayBuffer>], baseName(path));
    });
  } catch (error) {
    if (ResidualError.is(error)) throw error;
    const text = `${zip.name} cannot be read as a zip: ${(error as Error).message}.`;
    throw new ResidualError('zip', text, { cause: error });
  }
}

interface ZipEntry {
  readonly size: number;
  readonly checksum: number | undefined;
}

/** The checksums in the directory of a zip, in its order; fflate does not read them (APPNOTE 4.3.12 and 4.3.16). */
function* checksumsIn(bytes: Uint8Array): Generator<number, undefined> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let end = bytes.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end--;
  if (end < 0) return;
  let at = view.getUint32(end + 16, true);
  // zip64
  if (at === 0xffffffff && end >= 20) at = Number(view.getBigUint64(view.getUint32(end - 12, true) + 48, true));
  while (at + 46 <= bytes.length && view.getUint32(at, true) === 0x02014b50) {
    yield view.getUint32(at + 16, true);
    at += 46 + [28, 30, 32].reduce((sum, length) => sum + view.getUint16(at + length, true), 0);
  }
}

/** The checksums of single bytes. */
const byteChecksums = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** The checksum of zips (CRC-32 of ISO 3309). */
function crc32(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) sum = byteChecksums[(sum ^ bytes[i]!) & 255]! ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}

const baseName = (path: string) => path.slice(path.lastIndexOf('/') + 1);
