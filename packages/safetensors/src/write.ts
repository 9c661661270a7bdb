import { byteLengthOf, type Dtype, type StoredTensor, typedArrays } from './dtype.js';
import { explain, quote, refuse } from './errors.js';
import { checkHeaderBytes } from './header.js';
import { chunkBytes } from './source.js';

/** A tensor whose data is created when it is written, so that a model is never in memory as a whole. */
export type LazyTensor<D extends Dtype = Dtype> = {
  [K in D]: {
    readonly dtype: K;
    readonly shape: readonly number[];
    readonly data: () => StoredTensor<K>['data'] | Promise<StoredTensor<K>['data']>;
  };
}[D];

/** Tensors by name, as a plain object or a `Map`. */
export type NamedTensors<T> = Readonly<Record<string, T>> | ReadonlyMap<string, T>;

/** Metadata of a file: free text by key. */
export type Metadata = Readonly<Record<string, string>>;

/** Settings of a file that is written. */
export interface WriteOptions {
  /**
   * The order of the tensors: as in the reference implementation (default), by decreasing alignment of their dtype,
   * then by name; or as given, so that tensors that are read together can lie beside each other.
   */
  readonly order?: 'reference' | 'given';
}

/**
 * Writes a file to memory. Errors with code `write` if a name, a shape, data or metadata cannot be written. Format:
 * https://huggingface.co/docs/safetensors/index#format
 */
export function writeSafetensors(
  tensors: NamedTensors<StoredTensor>,
  metadata?: Metadata,
  options?: WriteOptions,
): Uint8Array<ArrayBuffer> {
  const { header, entries, size } = layout(tensors, metadata, options);
  const file = new Uint8Array(size);
  file.set(header);
  let at = header.length;
  for (const [name, tensor] of entries) {
    const bytes = bytesOf(name, tensor, tensor.data);
    file.set(bytes, at);
    at += bytes.length;
  }
  return file;
}

/**
 * Writes a file as chunks of at most 16 MiB, for example for `fs.writeFile`. If `data` is a function, it is called when
 * the tensor is written. Same bytes and errors as `writeSafetensors`.
 */
export async function* streamSafetensors(
  tensors: NamedTensors<StoredTensor | LazyTensor>,
  metadata?: Metadata,
  options?: WriteOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { header, entries } = layout(tensors, metadata, options);
  yield header;
  for (const [name, tensor] of entries) {
    const bytes = bytesOf(name, tensor, typeof tensor.data === 'function' ? await tensor.data() : tensor.data);
    for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
  }
}

/** The header with its length prefix, the tensors in order, and the size of the file; no data is read. */
const layout = <T extends StoredTensor | LazyTensor>(
  tensors: NamedTensors<T>,
  metadata: Metadata = {},
  { order = 'reference' }: WriteOptions = {},
) =>
  explain('write', 'writeSafetensors', () => {
    const entries = tensors instanceof Map ? [...(tensors as ReadonlyMap<string, T>)] : Object.entries(tensors);
    for (const text of [...entries.map(([name]) => name), ...Object.entries(metadata).flat()]) {
      if (typeof text !== 'string' || /\p{Surrogate}/u.test(text)) refuse(`${quote(`${text}`)} is no text of UTF-8`);
    }
    const dtypes = Object.keys(typedArrays);
    if (order === 'reference')
      entries.sort(([a, x], [b, y]) => dtypes.indexOf(x.dtype) - dtypes.indexOf(y.dtype) || (a < b ? -1 : 1));

    let end = 0;
    const members: [string, unknown][] = entries.map(([name, { dtype, shape }]) => {
      if (name === '__metadata__') refuse(`the name "${name}" is taken`);
      const start = end;
      end += byteLengthOf(name, dtype, shape);
      return [name, { dtype, shape, data_offsets: [start, end] }];
    });
    if (Object.keys(metadata).length > 0) members.unshift(['__metadata__', metadata]);
    // Not an object, which would order names such as "2" before the metadata.
    const json = members.map(pair => pair.map(each => JSON.stringify(each)).join(':'));
    const text = new TextEncoder().encode(`{${json}}`);
    const headerBytes = Math.ceil(text.length / 8) * 8;
    checkHeaderBytes(headerBytes);
    const header = new Uint8Array(8 + headerBytes).fill(32 /* space */);
    new DataView(header.buffer).setBigUint64(0, BigInt(headerBytes), true);
    header.set(text, 8);
    return { header, entries, size: header.length + end };
  });

/** The bytes of a tensor's data. Errors unless they fit dtype and shape. */
const bytesOf = (name: string, { dtype, shape }: StoredTensor | LazyTensor, data: StoredTensor['data']) =>
  explain('write', 'writeSafetensors', () => {
    const array = typedArrays[dtype];
    const actual = `${data[Symbol.toStringTag]} of ${data.length}`;
    const expected = `${array.name} of ${byteLengthOf(name, dtype, shape) / array.BYTES_PER_ELEMENT}`;
    if (actual !== expected) refuse(`tensor ${quote(name)} has a ${actual}; a ${expected} would fit`);
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  });
