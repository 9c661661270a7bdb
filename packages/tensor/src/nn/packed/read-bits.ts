import { groupSize, type Quantized } from '@residual/number-formats';
import { groupsOf } from './forms.js';
import type { PackedBits, PackedMatrix } from './packed-matrix.js';

/** The bits of a packed matrix, read from the backend. */
export async function readBits({ quants, scales }: PackedMatrix): Promise<PackedBits> {
  const [words, scaleWords] = await Promise.all([quants.data(), scales?.data()]);
  return { quants: words as Int32Array, scales: scaleWords as Int32Array | undefined };
}

/** The rows of whole groups that bits of `int8` or `int4` hold, as files have them: the inverse of `bitsOfGroups`. */
export function groupsOfBits(
  { quants, scales }: PackedBits,
  form: 'int8' | 'int4',
  [out, width]: readonly [number, number],
): Quantized {
  const groups = groupsOf(width);
  const entries = form === 'int8' ? Int8Array : Uint8Array;
  const bytes = out * groups * (form === 'int8' ? groupSize : groupSize / 2);
  return {
    quants: new entries(quants.buffer as ArrayBuffer, quants.byteOffset, bytes),
    scales: withoutPadding(halvesOf(scales!), out, groups),
  };
}

const halvesOf = ({ buffer, byteOffset, length }: Int32Array) =>
  new Uint16Array(buffer as ArrayBuffer, byteOffset, 2 * length);

/** The first `width` entries of each of `out` rows. */
function withoutPadding(rows: Uint16Array, out: number, width: number): Uint16Array {
  const stride = out === 0 ? 0 : rows.length / out;
  if (stride === width) return rows;
  const entries = new Uint16Array(out * width);
  for (let row = 0; row < out; row++) entries.set(rows.subarray(row * stride, row * stride + width), row * width);
  return entries;
}
