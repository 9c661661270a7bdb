import {
  dequantizeInt4,
  dequantizeInt8,
  float32ToBfloat16,
  float32ToFloat16,
  groupSize,
  type Quantized,
} from '@residual/number-formats';
import type { Safetensors, StoredTensor } from '@residual/safetensors';
import {
  bitsOfGroups,
  groupsOfBits,
  hasScales,
  isPacked,
  type Matrix,
  matrixValues,
  type PackedBits,
  ResidualError,
  readBits,
  showShape,
} from '@residual/tensor';
import { safetensorsRows } from './safetensors-rows.js';
import type { RowReadOptions, StoredRows } from './stored-rows.js';

/** The forms whose entries are in groups with a scale; a file has them as two tensors. */
export type GroupedForm = 'int8' | 'int4';

/** The bytes of the entries of a group. */
const groupBytes: Readonly<Record<GroupedForm, number>> = { int8: groupSize, int4: groupSize / 2 };

/** The names of the two tensors of a packed matrix. */
const namesOf = (name: string) => ({ quants: `${name}.quants`, scales: `${name}.scales` });

/** The key in the metadata of a file that has the width of a matrix whose last group is padded. */
const widthKey = (name: string) => `${name}.width`;

/** The dtypes and shapes of the tensors of a matrix [out, in] in groups, and the metadata that they need. */
export function packedTensorInfo(name: string, form: GroupedForm, [out, width]: readonly [number, number]) {
  const groups = Math.ceil(width / groupSize);
  const { quants, scales } = namesOf(name);
  return {
    scales: { name: scales, dtype: 'F16' as const, shape: [out, groups] },
    quants: { name: quants, dtype: 'U8' as const, shape: [out, groups * groupBytes[form]] },
    metadata: width % groupSize === 0 ? {} : { [widthKey(name)]: String(width) },
  };
}

/** The tensors of a matrix [out, in] in groups, by name, the scales first. */
export function packedTensors(
  name: string,
  form: GroupedForm,
  shape: readonly [number, number],
  bits: PackedBits,
): ReadonlyMap<string, StoredTensor> {
  const { quants, scales } = packedTensorInfo(name, form, shape);
  const groups = groupsOfBits(bits, form, shape);
  const bytes = new Uint8Array(groups.quants.buffer, groups.quants.byteOffset, groups.quants.length);
  return new Map<string, StoredTensor>([
    [scales.name, { dtype: scales.dtype, shape: scales.shape, data: groups.scales }],
    [quants.name, { dtype: quants.dtype, shape: quants.shape, data: bytes }],
  ]);
}

/** The tensors that hold a weight in its own form, by name, and the metadata that they need. */
export async function tensorsAsHeld(
  name: string,
  weight: Matrix,
): Promise<{ tensors: ReadonlyMap<string, StoredTensor>; metadata: Readonly<Record<string, string>> }> {
  const one = (tensor: StoredTensor) => ({ tensors: new Map([[name, tensor]]), metadata: {} });
  if (!isPacked(weight)) return one({ dtype: 'F32', shape: weight.shape, data: await matrixValues(weight) });
  const { form } = weight;
  if (hasScales(form)) {
    const shape = weight.shape as [number, number];
    const { metadata } = packedTensorInfo(name, form, shape);
    return { tensors: packedTensors(name, form, shape, await readBits(weight)), metadata };
  }
  const values = await matrixValues(weight);
  return form === 'f16'
    ? one({ dtype: 'F16', shape: weight.shape, data: float32ToFloat16(values) })
    : one({ dtype: 'BF16', shape: weight.shape, data: float32ToBfloat16(values) });
}

/**
 * The tensors of a safetensors file by name, in the order of their data. `NAME.quants` and `NAME.scales` are the packed
 * matrix NAME. Errors with code `load` if the two do not fit each other.
 */
export function rowsByName(file: Safetensors): Map<string, StoredRows> {
  const tensors = new Map<string, StoredRows>();
  for (const name of file.tensors.keys()) {
    const [, matrix, part] = /^(.+)\.(quants|scales)$/s.exec(name) ?? [];
    if (matrix === undefined || !isPackedIn(file, matrix)) tensors.set(name, safetensorsRows(file, name));
    else if (part === 'quants' && !tensors.has(matrix)) tensors.set(matrix, packedRows(file, matrix));
  }
  return tensors;
}

/** Whether a file holds a matrix in groups under this name. */
function isPackedIn({ tensors }: Safetensors, name: string): boolean {
  const { quants, scales } = namesOf(name);
  return tensors.get(quants)?.dtype === 'U8' && tensors.get(scales)?.dtype === 'F16';
}

/** A matrix in groups. Its scales are read at once, since they lie before the quants. */
function packedRows(file: Safetensors, name: string): StoredRows {
  const { form, width, groups, out } = packedShape(file, name);
  const names = namesOf(name);
  let all: Uint16Array | undefined;
  const read = async (from: number, to: number, { signal, memory: into }: RowReadOptions): Promise<Quantized> => {
    all ??= (await file.read(names.scales, { signal })).data as Uint16Array;
    const scales = all.slice(from * groups, to * groups);
    if (to === out) all = undefined;
    const { data } = await file.read(names.quants, { signal, into, rows: [from, to] });
    const { buffer, byteOffset, length } = data as Uint8Array;
    return { quants: form === 'int8' ? new Int8Array(buffer, byteOffset, length) : (data as Uint8Array), scales };
  };
  return {
    shape: [out, width],
    form,
    type: form,
    readRows: async (from, to, options) => {
      const groupsRead = await read(from, to, options);
      const values =
        form === 'int8'
          ? dequantizeInt8(groupsRead as Quantized<Int8Array>)
          : dequantizeInt4(groupsRead as Quantized<Uint8Array>);
      return withoutPadding(values, to - from, width);
    },
    readPackedRows: async (from, to, options) => bitsOfGroups(await read(from, to, options), to - from),
  };
}

/** The form and the shape of a matrix in groups, from the shapes of its two tensors. Errors if they do not fit. */
function packedShape({ tensors, metadata }: Safetensors, name: string) {
  const names = namesOf(name);
  const [quants, scales] = [tensors.get(names.quants)!.shape, tensors.get(names.scales)!.shape];
  const [out = 0, groups = 0] = scales;
  const form = (['int8', 'int4'] as const).find(each => quants[1] === groups * groupBytes[each]);
  const width = Number(metadata[widthKey(name)] ?? groups * groupSize);
  const fits = quants.length === 2 && scales.length === 2 && quants[0] === out && groups > 0;
  if (fits && form && Number.isInteger(width) && Math.ceil(width / groupSize) === groups)
    return { form, out, groups, width };
  const what = `${names.quants} ${showShape(quants)} and ${names.scales} ${showShape(scales)}`;
  const bytes = `${groupBytes.int8} or ${groupBytes.int4} bytes for each scale`;
  throw new ResidualError('load', `load: ${what} do not fit a width of ${width}; [out, groups] and ${bytes} would`);
}

/** The first `width` entries of each row. */
function withoutPadding(values: Float32Array, rows: number, width: number): Float32Array {
  const stride = rows === 0 ? width : values.length / rows;
  if (stride === width) return values;
  const entries = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) entries.set(values.subarray(row * stride, row * stride + width), row * width);
  return entries;
}
