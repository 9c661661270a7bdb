import { rename, writeFile } from 'node:fs/promises';
import { ResidualError } from '@residual/base';
import { bytesSource, openSafetensors, writeSafetensors } from '@residual/safetensors';
import { isObject, parseJson, readBytes } from '../text/files.js';

/** A passage of a file, and the line on which it begins, from 1. */
export interface IndexedPassage {
  readonly text: string;
  readonly line: number;
}

/** A file with its passages; size and time tell whether it has changed. */
export interface IndexedFile {
  readonly path: string;
  readonly bytes: number;
  readonly modified: number;
  readonly passages: readonly IndexedPassage[];
}

/** The index of a search: files with their passages, and a vector for each passage in this order. */
export interface SearchIndex {
  /** What made the vectors; an index of another model is made again. */
  readonly model: string;
  readonly files: readonly IndexedFile[];
  /** [passages, dims], row by row. */
  readonly vectors: Float32Array;
}

const format = 'residual search index 1';

/** Writes an index: a safetensors file with the passages in its metadata. */
export async function writeIndex(path: string, { model, files, vectors }: SearchIndex): Promise<void> {
  const count = files.reduce((sum, { passages }) => sum + passages.length, 0);
  const tensor = { dtype: 'F32', shape: [count, count === 0 ? 0 : vectors.length / count], data: vectors } as const;
  const bytes = writeSafetensors({ vectors: tensor }, { format, model, files: JSON.stringify(files) });
  await writeFile(`${path}.new`, bytes);
  await rename(`${path}.new`, path);
}

/** Reads an index. Errors, naming the file, if it is none. */
export async function readIndex(path: string): Promise<SearchIndex> {
  const refuse = (what: string): never => {
    throw new ResidualError('files', `search: ${path} ${what}; name another file with --index, or delete it`);
  };
  const file = await openSafetensors(bytesSource(await readBytes('search', path))).catch(({ message }: Error) =>
    refuse(`is not an index: ${message}`),
  );
  const { format: found, model, files: text } = file.metadata;
  if (found !== format || model === undefined || text === undefined) return refuse('is not an index of this program');
  const files: unknown = parseJson('search', text, `the index ${path}`);
  if (!(Array.isArray(files) && files.every(isIndexedFile))) return refuse('lists files that cannot be read');
  const count = files.reduce((sum, { passages }) => sum + passages.length, 0);
  const { shape, data } = await file.readFloat32('vectors');
  if (shape.length !== 2 || shape[0] !== count)
    return refuse(`holds vectors [${shape.join(', ')}] for ${count} passages`);
  return { model, files, vectors: data };
}

function isIndexedFile(value: unknown): value is IndexedFile {
  if (!isObject(value)) return false;
  const { path, bytes, modified, passages } = value;
  const isPassage = (each: unknown) => isObject(each) && typeof each.text === 'string' && Number.isInteger(each.line);
  const isList = Array.isArray(passages) && passages.every(isPassage);
  return typeof path === 'string' && typeof bytes === 'number' && typeof modified === 'number' && isList;
}
