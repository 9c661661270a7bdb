import {
  type Family,
  splitExperts,
  storedOrder,
  storedShape,
  type TensorSlice,
  tensorSlices,
  withComputedTensors,
} from '@residual/families';
import { type GroupedForm, type HasNeeds, packedTensorInfo, packedTensors, transposedMatrix } from '@residual/layers';
import { float32ToBfloat16, float32ToFloat16, type LazyTensor, type StoredTensor } from '@residual/safetensors';
import { hasScales, type MatrixForm, type PackedBits, packBits, ResidualError } from '@residual/tensor';

/**
 * A tensor of a checkpoint of a family: the weights at some paths, side by side along out. With experts in tensors of
 * their own it is all of them.
 */
export interface TensorGroup {
  readonly name: string;
  /** The names of the tensors in the file: one, or one of each expert. */
  readonly names: readonly string[];
  readonly paths: readonly string[];
  /** [out, in] of all weights together; for vectors the lengths of their axes. */
  readonly shape: readonly number[];
  /** The shape in the plain layout of the family. */
  readonly storedShape: readonly number[];
  /** Whether the plain layout has matrices as [in, out]. */
  readonly transposed: boolean;
  /** How the rows lie in the plain layout, if the weights do not simply follow each other. */
  readonly arrangement?: TensorSlice['arrangement'];
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
  const single = new Map([...groups.values()].flatMap(tensorsOfGroup));
  const all = withComputedTensors(family, layer, single, (name, shape, values) => ({
    group: { name, names: [name], paths: [], shape, storedShape: shape, transposed: false },
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

/** A tensor with its numbers. */
interface TensorToWrite {
  readonly group: TensorGroup;
  readonly content: TensorContent;
}

/** The tensors of a family's checkpoints that hold the weights of a layer, each with its paths in the order of rows. */
function tensorGroups(family: Family, layer: HasNeeds<unknown>): readonly TensorGroup[] {
  const groups = new Map<string, TensorGroup>();
  const slices = tensorSlices(family, layer);
  for (const [path, slice] of slices) {
    const { checkpointName: name, names, totalRows, transposed, arrangement } = slice;
    const shape = slice.shape.length === 0 ? slice.shape : [totalRows, ...slice.shape.slice(1)];
    const paths = [...(groups.get(name)?.paths ?? []), path];
    const stored = storedShape(slice);
    groups.set(name, { name, names, paths, shape, storedShape: stored, transposed, arrangement });
  }
  const startOf = (path: string) => slices.get(path)!.start;
  return [...groups.values()].map(group => ({
    ...group,
    paths: group.paths.toSorted((a, b) => startOf(a) - startOf(b)),
  }));
}

/**
 * The tensors of a group by name. Where its weights do not follow each other, the numbers are put into the order of the
 * file, once for all tensors of the group.
 */
function tensorsOfGroup({ group, content }: TensorToWrite): (readonly [string, TensorToWrite])[] {
  const { names, arrangement } = group;
  if (!arrangement) return [[group.name, { group, content }]];
  const { form } = content;
  const hasRowsAlongOut = form !== 'f32' && hasScales(form); // of packed tensors
  const [count = 1, ...rest] = group.shape;
  const shape = [count / names.length, ...rest];
  const readParts = async () => {
    const rows = storedOrder(arrangement, (await content.values()).data);
    const flat = { ...arrangement, transposed: false, columns: undefined };
    return splitExperts(hasRowsAlongOut ? flat : arrangement, rows);
  };
  let parts: Promise<Float32Array[]> | undefined;
  return names.map((name, i) => {
    const values = async () => {
      parts ??= readParts();
      const data = (await parts)[i]!;
      if (i === names.length - 1) parts = undefined;
      return { data, transposed: false };
    };
    return [name, { group: { ...group, name, shape }, content: { form, values } }];
  });
}

/** A tensor in the plain layout: F32, F16 or BF16. */
function plainTensor(caller: string, group: TensorGroup, content: TensorContent): LazyTensor {
  const { name, shape, storedShape, transposed } = group;
  const values = async () => {
    const { data, transposed: isTransposed } = await content.values();
    const [out, width] = shape as readonly [number, number];
    if (isTransposed === transposed) return data;
    return isTransposed ? transposedMatrix(data, width, out) : transposedMatrix(data, out, width);
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
    const rows = transposed ? transposedMatrix(data, shape[1], shape[0]) : data;
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
