import { interleavedRow, type StoredArrays } from '@residual/families';
import { type Gguf, type GroupType, splitBlocks, type TensorType } from '@residual/gguf';
import { type RowReadOptions, wordsOfHalves } from '@residual/layers';
import { bitsOfGroups, type MatrixForm, type PackedBits, packBits } from '@residual/tensor';

/** The forms of matrices that hold the entries of a type bit for bit. */
const forms: { readonly [T in TensorType]?: MatrixForm } = {
  F32: 'f32',
  F64: 'f32',
  F16: 'f16',
  BF16: 'bf16',
  Q8_0: 'int8',
  Q4_0: 'int4',
};

/** The form of types that no matrix holds as they are; their entries are decoded and rounded to it. */
export const convertedForm = 'int8';

/** The types of a file without a form, each once; undefined if there are none. */
export function convertedTypes({ tensors }: Gguf): readonly string[] | undefined {
  const types = new Set([...tensors.values()].map(({ type }) => type).filter(type => forms[type] === undefined));
  return types.size > 0 ? [...types].sort() : undefined;
}

/** How the tensors of a file are read. */
export interface GgufArrayOptions {
  /** The number of heads whose rows the file interleaves in a tensor; undefined if it does not. */
  readonly headsOf: (name: string) => number | undefined;
  /** Whether types without a form are held in `convertedForm`; else they have no form. */
  readonly convert: boolean;
}

/**
 * The tensors of an open GGUF file, whole or in pieces, with the rows of queries and keys in the order of the
 * checkpoint. Q8_0, Q4_0, F16 and BF16 are read as bits.
 */
export function ggufArrays(file: Gguf, { headsOf, convert }: GgufArrayOptions): StoredArrays {
  const infoOf = (name: string) => file.tensors.get(name)!;
  const rowsOf = <T extends Uint8Array | Float32Array>(
    name: string,
    [from, to]: readonly [number, number],
    { signal, memory: into }: RowReadOptions,
    read: (name: string, options: Parameters<Gguf['read']>[1]) => Promise<T>,
  ): Promise<T> => {
    const heads = headsOf(name);
    if (heads === undefined) return read(name, { rows: [from, to], signal, into });
    return readInOrder(from, to, infoOf(name).shape[0]! / heads, rows => read(name, { rows, signal }));
  };
  const readRows: StoredArrays['readRows'] = (name, from, to, options) =>
    rowsOf(name, [from, to], options, file.readFloat32);
  return {
    names: [...file.tensors.keys()],
    shapeOf: name => file.tensors.get(name)?.shape,
    typeOf: name => file.tensors.get(name)?.type,
    heldAs: name => forms[infoOf(name).type] ?? (convert ? convertedForm : undefined),
    readRows,
    readFloat32: (name, options) => {
      const [rows] = infoOf(name).shape;
      return rows === undefined ? file.readFloat32(name, options) : readRows(name, 0, rows, options);
    },
    readPackedRows: async (name, from, to, options: RowReadOptions) => {
      const { type, shape } = infoOf(name);
      if (forms[type] === undefined)
        return packBits(await readRows(name, from, to, options), [to - from, shape[1]!], convertedForm);
      const [quants, bytes] = halves(options.memory);
      return bitsOf(type, await rowsOf(name, [from, to], { ...options, memory: bytes }, file.read), to - from, quants);
    },
  };
}

/** Memory for the quants of rows, and for their bytes: of the 4 bytes of an entry each needs at most 2. */
function halves(memory?: Uint8Array): [quants: Uint8Array | undefined, bytes: Uint8Array | undefined] {
  if (!memory || memory.byteOffset % 4 !== 0) return [undefined, undefined];
  const half = memory.length / 2 - ((memory.length / 2) % 4);
  return [memory.subarray(0, half), memory.subarray(half)];
}

/** The bytes of rows as the words of a packed matrix; `quants` is memory for those in groups. */
function bitsOf(type: TensorType, bytes: Uint8Array, rows: number, quants?: Uint8Array): PackedBits {
  if (type === 'Q8_0' || type === 'Q4_0') return bitsOfGroups(splitBlocks(type as GroupType, bytes, quants), rows);
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return {
    quants: wordsOfHalves(new Uint16Array(aligned.buffer as ArrayBuffer, aligned.byteOffset, aligned.length / 2), rows),
  };
}

/** Reads the rows `from` to before `to` of the checkpoint's order from a file that interleaves the halves of heads. */
async function readInOrder<T extends Uint8Array | Float32Array>(
  from: number,
  to: number,
  headDim: number,
  read: (rows: readonly [number, number]) => Promise<T>,
): Promise<T> {
  const first = from - (from % headDim);
  const last = Math.ceil(to / headDim) * headDim;
  const stored = await read([first, last]);
  const width = last > first ? stored.length / (last - first) : 0;
  const result = new (stored.constructor as new (length: number) => T)((to - from) * width);
  for (let row = from; row < to; row++) {
    const at = (interleavedRow(row, headDim) - first) * width;
    result.set(stored.subarray(at, at + width), (row - from) * width);
  }
  return result;
}
