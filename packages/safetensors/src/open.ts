import { ResidualError } from '@residual/base';
import { bfloat16ToFloat32, float16ToFloat32 } from '@residual/number-formats';
import { type Dtype, type StoredTensor, type TensorInfo, typedArrays } from './dtype.js';
import { listNames, quote } from './errors.js';
import { type Header, readHeader, type TensorEntry } from './header.js';
import { chunkBytes, memoryFor, type RangeOptions, type ReadOptions, readExactly, type Source } from './source.js';

/** Tensors that are read on demand from one file (`openSafetensors`) or several (`openSharded`). */
export interface Safetensors {
  /** The metadata of the writer, such as `{ format: 'pt' }`. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The description of each tensor by name, in the order of the data. */
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** Reads one tensor, or some of its rows, in its dtype: `{ dtype, shape, data }`. The caller owns the data. */
  read(name: string, options?: TensorReadOptions): Promise<StoredTensor>;
  /** Reads one F32, F16, BF16 or F64 tensor, or rows of it, as float32. Errors with code `dtype` on another dtype. */
  readFloat32(name: string, options?: TensorReadOptions): Promise<StoredTensor<'F32'>>;
}

/** Settings of the reading of a tensor. */
export interface TensorReadOptions extends RangeOptions {
  /**
   * Reads only the rows `from` to before `to` of the first axis; all if absent. Errors with code `range` if the tensor
   * does not have them.
   */
  readonly rows?: readonly [from: number, to: number] | undefined;
  /**
   * Memory for the data; 4 bytes a number suffice. The result may be a view of it, so it is valid until the next read
   * with the same memory. Without it, the caller owns the data.
   */
  readonly into?: Uint8Array | undefined;
}

/**
 * Opens a file: reads and checks its header, but no data. Errors with code `format` if the file is invalid: its header,
 * a dtype, a shape, an offset, or its length. Format: https://huggingface.co/docs/safetensors/index#format
 */
export async function openSafetensors(source: Source, options?: ReadOptions): Promise<Safetensors> {
  return safetensorsOf(await readHeader(source, options));
}

/** A readable file from checked headers. */
export function safetensorsOf({ metadata, tensors }: Header): Safetensors {
  const find = (name: string): TensorEntry => {
    const entry = tensors.get(name);
    if (entry) return entry;
    throw new ResidualError('missing', `read: no tensor ${quote(name)} among ${listNames(tensors.keys())}`);
  };
  return {
    metadata,
    tensors: new Map(
      Array.from(tensors, ([name, { dtype, shape, byteLength }]) => [name, { dtype, shape, byteLength }]),
    ),
    read: async (name, options) => {
      const entry = rowsOf(name, find(name), options?.rows);
      const data = await readPart(entry, 0, entry.byteLength, options);
      return { dtype: entry.dtype, shape: entry.shape, data } as StoredTensor;
    },
    readFloat32: async (name, options) => {
      const entry = rowsOf(name, find(name), options?.rows);
      const { dtype, shape, byteLength } = entry;
      if (dtype === 'F32')
        return { dtype, shape, data: (await readPart(entry, 0, byteLength, options)) as Float32Array };
      const convert = converters[dtype];
      if (!convert) throw new ResidualError('dtype', `readFloat32: ${quote(name)} is ${dtype}; use read`);

      const { BYTES_PER_ELEMENT } = typedArrays[dtype];
      const count = byteLength / BYTES_PER_ELEMENT;
      const aligned = options?.into && options.into.byteOffset % 4 === 0 ? options.into : undefined;
      const memory = memoryFor(4 * count, aligned);
      const data = new Float32Array(memory.buffer, memory.byteOffset, count);
      // Half floats are widened from the end of the memory to its beginning, which no number reaches before it is read.
      const into = byteLength <= chunkBytes && BYTES_PER_ELEMENT === 2 ? memory.subarray(byteLength) : undefined;
      for (let from = 0; from < byteLength; from += chunkBytes) {
        const chunk = await readPart(entry, from, Math.min(from + chunkBytes, byteLength), {
          signal: options?.signal,
          into,
        });
        const offset = from / BYTES_PER_ELEMENT;
        convert(chunk as never, data.subarray(offset, offset + chunk.length));
      }
      return { dtype: 'F32', shape, data };
    },
  };
}

/** The entry of some rows of a tensor; the whole one without rows. */
function rowsOf(name: string, entry: TensorEntry, rows: TensorReadOptions['rows']): TensorEntry {
  if (!rows) return entry;
  const [from, to] = rows;
  const [count = 0, ...rest] = entry.shape;
  const fits = Number.isInteger(from) && Number.isInteger(to) && 0 <= from && from <= to && to <= count;
  if (!fits) throw new ResidualError('range', `read: rows ${from} to ${to} of ${quote(name)}; it has ${count} rows`);
  const rowBytes = count === 0 ? 0 : entry.byteLength / count;
  const start = entry.start + from * rowBytes;
  return { ...entry, shape: [to - from, ...rest], start, byteLength: (to - from) * rowBytes };
}

const converters: { readonly [D in Dtype]?: (from: never, into: Float32Array) => unknown } = {
  F64: (from: Float64Array, into: Float32Array) => into.set(from),
  BF16: bfloat16ToFloat32,
  F16: float16ToFloat32,
};

/** The bytes `from` to `to` of a tensor as the typed array of its dtype. */
async function readPart(
  { dtype, source, dataStart, start }: TensorEntry,
  from: number,
  to: number,
  options?: RangeOptions,
) {
  const begin = dataStart + start;
  let bytes = await readExactly(source, begin + from, begin + to, options);
  const array = typedArrays[dtype];
  const isView = bytes.length < bytes.buffer.byteLength;
  const isOwn = isView && bytes.buffer === options?.into?.buffer && bytes.byteOffset % array.BYTES_PER_ELEMENT === 0;
  if (isView && !isOwn) bytes = new Uint8Array(bytes); // a view of a larger buffer
  const { buffer, byteOffset, length } = bytes;
  type Make = new (buffer: ArrayBufferLike, offset: number, length: number) => StoredTensor['data'];
  return new (array as Make)(buffer, byteOffset, length / array.BYTES_PER_ELEMENT);
}
