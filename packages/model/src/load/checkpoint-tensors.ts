import { type Family, tensorSlices, withComputedTensors } from '@residual/families';
import { type GroupedForm, type HasNeeds, packedTensorInfo, packedTensors, transposedRows } from '@residual/layers';
import { float32ToBfloat16, float32ToFloat16, type LazyTensor, type StoredTensor } from '@residual/safetensors';
import { hasScales, type MatrixForm, type PackedBits, packBits, ResidualError } from '@residual/tensor';

/** A tensor of a checkpoint of a family: the weights at some paths, side by side along out. */
export interface TensorGroup {
  readonly name: string;
  readonly paths: readonly string[];
  /** [out, in] of all weights together; for vectors the lengths of their axes. */
  readonly shape: readonly number[];
  /** The shape in the plain layout of the family. */
  readonly storedShape: readonly number[];
  /** Whether the plain layout has matrices as [in, out]. */
  readonly transposed: boolean;
}

/** The numbers of a tensor, and how they are to be stored. */
export interface TensorContent {
  readonly form: MatrixForm;
  /** The entries as float32, row-major; as [in, out] if `transposed` is true. */
  readonly values: () => Promise<{ readonly data: Float32Array; readonly transposed: boolean }>;
  /** The bits of the whole tensor with rows along out, where it is held in `form` already. */
  readonly bits?: (() => Promise<PackedBits>) | undefined;
}

/** A checkpoint file that is written tensor by tensor. */
export interface CheckpointFile {
  readonly tensors: ReadonlyMap<string, LazyTensor>;
  readonly metadata: Readonly<Record<string, string>>;
  /** `given` if the file has matrices in groups, whose scales and quants lie beside each other. */
  readonly order: 'reference' | 'given';
}

/**
 * The tensors of a checkpoint of a family, with those that are computed. A matrix in `int8` or `int4` becomes two
 * tensors, with rows along out in every family; all others have the plain layout. The numbers of a tensor are asked for
 * when it is written. Errors then if a number is too large for its form; the message begins with `caller`.
 */
export function checkpointFile(
  caller: string,
  family: Family,
  layer: HasNeeds<unknown>,
  contentOf: (group: TensorGroup) => TensorContent,
): CheckpointFile {
  const groups = new Map<string, { group: TensorGroup; content: TensorContent }>();
  for (const group of tensorGroups(family, layer)) groups.set(group.name, { group, content: contentOf(group) });
  const all = withComputedTensors(family, layer, groups, (name, shape, values) => ({
    group: { name, paths: [], shape, storedShape: shape, transposed: false },
    content: { form: 'f32' as const, values: async () => ({ data: values(), transposed: false }) },
  }));
  const plain = new Map<string, LazyTensor>();
  const packed = new Map<string, LazyTensor>();
  let metadata: Record<string, string> = { format: 'pt' };
  for (const [name, { group, content }] of all) {
    const { form } = content;
    if (form === 'f32' || !hasScales(form)) {
      plain.set(name, plainTensor(caller, { ...group, name }, content));
      continue;
    }
    const shape = group.shape as readonly [number, number];
    metadata = { ...metadata, ...packedTensorInfo(name, form, shape).metadata };
    for (const [part, tensor] of lazyPackedTensors(name, form, shape, content)) packed.set(part, tensor);
  }
  if (packed.size === 0) return { tensors: plain, metadata, order: 'reference' };
  const inOrder = [...plain].sort(([a, x], [b, y]) => sizeOfEntry(y) - sizeOfEntry(x) || (a < b ? -1 : 1));
  return { tensors: new Map([...inOrder, ...packed]), metadata, order: 'given' };
}

const sizeOfEntry = ({ dtype }: LazyTensor) => (dtype === 'F32' ? 4 : 2);

/** The tensors of a family's checkpoints that hold the weights of a layer. */
function tensorGroups(family: Family, layer: HasNeeds<unknown>): readonly TensorGroup[] {
  const groups = new Map<string, TensorGroup>();
  for (const [path, slice] of tensorSlices(family, layer)) {
    const { checkpointName: name, totalRows, transposed, leadingAxis } = slice;
    const shape = slice.shape.length === 0 ? slice.shape : [totalRows, ...slice.shape.slice(1)];
    const storedShape = transposed ? shape.toReversed() : leadingAxis ? [1, ...shape] : shape;
    const paths = [...(groups.get(name)?.paths ?? []), path];
    groups.set(name, { name, paths, shape, storedShape, transposed });
  }
  return [...groups.values()];
}

/** A tensor in the plain layout: F32, F16 or BF16. */
function plainTensor(caller: string, { name, shape, storedShape, transposed }: TensorGroup, content: TensorContent) {
  const values = async () => {
    const { data, transposed: isTransposed } = await content.values();
    const [out, width] = shape as readonly [number, number];
    if (isTransposed === transposed) return data;
    return isTransposed ? transpose(data, width, out) : transpose(data, out, width);
  };
  const { dtype, encode } = encodings[content.form as keyof typeof encodings];
  return { dtype, shape: storedShape, data: async () => encode(caller, name, await values()) } as LazyTensor;
}

/** The two tensors of a matrix in groups. Both come from one reading, that of the scales, which are written first. */
function lazyPackedTensors(
  name: string,
  form: GroupedForm,
  shape: readonly [number, number],
  { bits, values }: TensorContent,
): readonly (readonly [string, LazyTensor])[] {
  const info = packedTensorInfo(name, form, shape);
  let both: ReadonlyMap<string, StoredTensor> | undefined;
  const read = async () => {
    if (bits) return packedTensors(name, form, shape, await bits());
    const { data, transposed } = await values();
    const rows = transposed ? transpose(data, shape[1], shape[0]) : data;
    return packedTensors(name, form, shape, packBits(rows, shape, form));
  };
  const dataOf = async (part: string) => {
    both ??= await read();
    const { data } = both.get(part)!;
    if (part === info.quants.name) both = undefined;
    return data;
  };
  return [info.scales, info.quants].map(({ name: part, ...rest }) => [
    part,
    { ...rest, data: () => dataOf(part) } as LazyTensor,
  ]);
}

/** The plain dtypes: their name in files, and the encoding. Encoding errors if a finite number becomes infinite. */
const encodings = {
  f32: { dtype: 'F32', encode: (_caller: string, _name: string, values: Float32Array) => values },
  f16: {
    dtype: 'F16',
    encode: (caller: string, name: string, values: Float32Array) => {
      const data = float32ToFloat16(values);
      expectFinite(caller, name, values, index => (data[index]! & 0x7fff) < 0x7c00, 'float16', 65504);
      return data;
    },
  },
  bf16: {
    dtype: 'BF16',
    encode: (caller: string, name: string, values: Float32Array) => {
      const data = float32ToBfloat16(values);
      expectFinite(caller, name, values, index => (data[index]! & 0x7fff) < 0x7f80, 'bfloat16', 3.3895e38);
      return data;
    },
  },
} as const;

/** Throws if a finite number becomes infinite by rounding. */
function expectFinite(
  caller: string,
  name: string,
  values: Float32Array,
  staysFinite: (index: number) => boolean,
  dtype: string,
  largest: number,
): void {
  const index = values.findIndex((value, i) => Number.isFinite(value) && !staysFinite(i));
  if (index < 0) return;
  const what = `${name} holds ${values[index]} at ${index}; ${dtype} reaches to ${largest}`;
  throw new ResidualError('range', `${caller}: ${what}`);
}

/** Rows [rows, columns] as [columns, rows]. */
const transpose = (values: Float32Array, rows: number, columns: number): Float32Array =>
  transposedRows(values, { stride: columns, start: 0, out: columns, to: rows });

/** Arrays one behind the other; a single one is not copied. */
export function joined<Values extends Float32Array | Int32Array>(
  make: new (length: number) => Values,
  parts: readonly Values[],
): Values {
  if (parts.length === 1) return parts[0]!;
  const all = new make(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
