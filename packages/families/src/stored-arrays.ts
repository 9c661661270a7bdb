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
  /**
   * The form in which the file holds the entries, `f32` if absent: `f16` for F16, `int8` for Q8_0; undefined for numbers
   * that no matrix can hold as they are, such as the K types of GGUF.
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
   * Reads the bits of the same rows in the packed form that `heldAs` returns, laid out as in a `PackedMatrix` with these
   * rows: padded to whole words, and `int8` and `int4` to whole groups. Called only where the form is packed; if absent,
   * `readRows` is used.
   */
  readPackedRows?(name: string, from: number, to: number, options: RowReadOptions): Promise<PackedBits>;
}

/** One array of a checkpoint in pieces. Reading errors where one of its aliases differs. */
export function storedRows(stored: StoredArrays, name: string, aliases: readonly string[] = []): StoredRows {
  const shape = stored.shapeOf(name)!;
  const form = stored.heldAs ? stored.heldAs(name) : 'f32';
  const type = stored.typeOf?.(name);
  const read = async (name: string, from: number, to: number, options: RowReadOptions) => {
    if (stored.readRows) return stored.readRows(name, from, to, options);
    const values = await stored.readFloat32(name, options);
    const rowSize = values.length / Math.max(shape[0]!, 1);
    return values.subarray(from * rowSize, to * rowSize);
  };
  const readRows: StoredRows['readRows'] = async (from, to, options) => {
    const values = await read(name, from, to, options);
    for (const alias of aliases) {
      const offset = to === from ? 0 : (from * values.length) / (to - from);
      const hasRows = showShape(stored.shapeOf(alias)!) === showShape(shape);
      const others = hasRows ? await read(alias, from, to, options) : await stored.readFloat32(alias, options);
      expectEqual(stored, name, values, alias, others, offset);
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
      if (aliases.length > 0) await readRows(from, to, options); // compares the entries
      return readPackedRows.call(stored, name, from, to, options);
    },
  };
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
