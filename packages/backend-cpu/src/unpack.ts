import {
  bfloat16ToFloat32,
  dequantizeInt4,
  dequantizeInt8,
  float16ToFloat32,
  groupSize,
} from '@residual/number-formats';
import { ResidualError } from '@residual/tensor';
import { groupsOf, hasScales, type Kernel, outOfRange, quantWords, scaleWords, sizeOf } from '@residual/tensor/kernels';
import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import type { TensorInfo } from '@tensorflow/tfjs-core';

/** The entries of a packed matrix, or of its rows at int32 [n]: [out or n, in]. */
export const unpack: Kernel<MathBackendCPU, 'unpack'> = (backend, { quants, scales, rows }, { form, width }) => {
  const out = quants.shape[0]!;
  const ids = rows ? integersOf(backend, rows) : undefined;
  const count = ids?.length ?? out;
  const wrong = ids?.find(id => id < 0 || id >= out);
  if (wrong !== undefined) throw new ResidualError('range', outOfRange.embed(wrong, out));
  const values = new Float32Array(count * width);
  const padded = new Float32Array(hasScales(form) ? groupsOf(width) * groupSize : 2 * quantWords(form, width));
  const [words, scalesOfRow] = [integersOf(backend, quants), scales && integersOf(backend, scales)];
  for (let line = 0; line < count; line++) {
    const row = ids ? ids[line]! : line;
    const bits = rowOf(words, row, quantWords(form, width));
    if (form === 'f16') float16ToFloat32(new Uint16Array(bits), padded);
    else if (form === 'bf16') bfloat16ToFloat32(new Uint16Array(bits), padded);
    else {
      const halves = new Uint16Array(rowOf(scalesOfRow!, row, scaleWords(form, width))).subarray(0, groupsOf(width));
      if (form === 'int8') dequantizeInt8({ quants: new Int8Array(bits), scales: halves }, padded);
      else dequantizeInt4({ quants: new Uint8Array(bits), scales: halves }, padded);
    }
    values.set(padded.subarray(0, width), line * width);
  }
  return backend.makeTensorInfo([count, width], 'float32', values);
};

/** The values of an int32 tensor. */
function integersOf(backend: MathBackendCPU, x: TensorInfo): Int32Array {
  const values = backend.data.get(x.dataId).values as ArrayLike<number>;
  return values instanceof Int32Array ? values : Int32Array.from({ length: sizeOf(x.shape) }, (_, i) => values[i]!);
}

/** The bytes of a row of words. */
function rowOf(words: Int32Array, row: number, length: number): ArrayBuffer {
  return words.slice(row * length, (row + 1) * length).buffer as ArrayBuffer;
}
