import type { RowReadOptions, StoredRows } from '@residual/layers';
import { type MatrixForm, type PackedBits, ResidualError, showShape } from '@residual/tensor';

/**
 * The arrays of a checkpoint by checkpoint name, of any file format. `names` is in the order of the data, so that each
 * byte is read once. Three members are enough; the others say how the arrays are held and read them in pieces.
 */
export interface StoredArrays {
  readonly names: Iterable<string>;
  /** The shape of an array as `readRows` has it; undefined if there is none of this name. */
  shapeOf(name: string): readonly number[] | undefined;
  /** Reads a whole array as float32. */
  readFloat32(name: string, options: RowReadOptions): Promise<Float32Array>;
  /** Reads a whole array of any element type as numbers, for computed tensors; `readFloat32` if absent. */
  readNumbers?(name: string, options: RowReadOptions): Promise<Float32Array>;
  /**
   * The form in which the file holds the entries, `f32` if absent: `f16` for F16, `int8` for Q8_0; undefined for
   * numbers that no matrix can hold as they are, such as the K types of GGUF.
   */
  heldAs?(name: string): MatrixForm | undefined;
  /** The file's name of the element type, for messages: `F16`, `Q4_K`. */
  typeOf?(name: string): string | undefined;
  /**
   * Whether a matrix is stored as [out, in] also where the family's mapping says `transposed`, as in GGUF files and
   * packed checkpoints; false if absent. `shapeOf` is that shape then.
   */
  hasRowsAlongOut?(name: string): boolean;
  /**
   * Reads the rows `from` to before `to` of the first axis of the array as it is stored (so rows along in, if the
   * mapping is transposed and `hasRowsAlongOut` is not true) as float32. If absent, whole arrays are read.
   */
  readRows?(name: string, from: number, to: number, options: RowReadOptions): Promise<Float32Array>;
  /**
   * Reads the bits of the same rows in the packed form that `heldAs` returns, laid out as in a `PackedMatrix` with
   * these rows: padded to whole words, and `int8` and `int4` to whole groups. Called only where the form is packed; if
   * absent, `readRows` is used.
   */
  readPackedRows?(name: string, from: number, to: number, options: RowReadOptions): Promise<PackedBits>;
}

/** One array of a checkpoint in pieces. Reading errors where one of its aliases differs. */
export function storedRows(stored: StoredArrays, name: string, aliases: readonly string[] = []): StoredRows {
  const shape = stored.shapeOf(name)!;
  const form = stored.heldAs ? stored.heldAs(name) : 'f32';
  const type = stored.typeOf?.(name);
  const read = rowReader(stored, name);
  const others = aliases.map(alias => {
    const hasRows = showShape(stored.shapeOf(alias)!) === showShape(shape);
    return { alias, read: hasRows ? rowReader(stored, alias) : undefined };
  });
  const readRows: StoredRows['readRows'] = async (from, to, options) => {
    const values = await read(from, to, options);
    const offset = to === from ? 0 : (from * values.length) / (to - from);
    const reading = { signal: options.signal }; // the memory holds the values
    for (const { alias, read } of others) {
      const aliasValues = await (read ? read(from, to, reading) : stored.readFloat32(alias, reading));
      expectEqual(stored, name, values, alias, aliasValues, offset);
    }
    return values;
  };
  const { readPackedRows } = stored;
  if (!readPackedRows || form === 'f32' || form === undefined) return { shape, form, type, readRows };
  return {
    shape,
    form,
    type,
    readRows,
    readPackedRows: async (from, to, options) => {
      if (aliases.length > 0) await readRows(from, to, { signal: options.signal }); // compares the entries
      return readPackedRows.call(stored, name, from, to, options);
    },
  };
}

/** Reads rows of an array; where the source reads only whole arrays, its values are kept until the last row is read. */
function rowReader(stored: StoredArrays, name: string): StoredRows['readRows'] {
  if (stored.readRows) return (from, to, options) => stored.readRows!(name, from, to, options);
  const count = stored.shapeOf(name)![0]!;
  let whole: Float32Array | undefined;
  return async (from, to, options) => {
    const values = whole ?? (await stored.readFloat32(name, options));
    whole = to < count ? values : undefined;
    const rowSize = count === 0 ? 0 : values.length / count;
    return values.subarray(from * rowSize, to * rowSize);
  };
}

/** Pieces of two arrays that are compared have about this many entries. */
const pieceEntries = 2 ** 18;

/** Whether two arrays of one shape differ in an entry. They are compared piece by piece, up to the first difference. */
export async function areDifferent(
  stored: StoredArrays,
  names: readonly [string, string],
  { signal }: RowReadOptions,
): Promise<boolean> {
  const [a, b] = names.map(name => storedRows(stored, name)) as [StoredRows, StoredRows];
  const [count = 1, ...rest] = a.shape;
  const rowSize = rest.reduce((product, length) => product * length, 1);
  const step = Math.max(1, Math.floor(pieceEntries / rowSize));
  const memory = names.map(() => new Uint8Array(4 * Math.min(step, count) * rowSize));
  for (let from = 0; from < count; from += step) {
    const to = Math.min(from + step, count);
    const left = await a.readRows(from, to, { signal, memory: memory[0] });
    const right = await b.readRows(from, to, { signal, memory: memory[1] });
    if (left.some((value, i) => value !== right[i])) return true;
  }
  return false;
}

/** Throws if the values of two names of one tensor differ. `offset` is the index of the first of them. */
function expectEqual(
  stored: StoredArrays,
  name: string,
  values: Float32Array,
  alias: string,
  others: Float32Array,
  offset: number,
): void {
  const [shape, other] = [name, alias].map(each => showShape(stored.shapeOf(each)!));
  const different = shape === other ? values.findIndex((value, i) => value !== others[i]) : 0;
  if (different < 0) return;
  throw new ResidualError(
    'load',
    `load: ${name} and ${alias} are two names of one tensor but differ at ${offset + different} ` +
      `(${values[different]} and ${others[different]}), shapes ${shape} and ${other}`,
  );
}
