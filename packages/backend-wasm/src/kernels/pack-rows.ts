import type { PendingData } from '@residual/tensor';
import { groupSize } from '@residual/tensor/kernels';
import type { Heap } from '../heap.js';
import { formCodes } from './packed.js';

/** `packBits` into the memory where a matrix stays. Returns false if a number is not finite or too large. */
export function packMatrixRows(
  heap: Heap,
  ...[{ form, values, width }, quants, scales]: Parameters<NonNullable<PendingData['pack']>>
): boolean {
  const rows = values.length / width;
  return heap.scratch(values.length + groupSize, scratch => {
    heap.floatsAt(scratch, values.length).set(values);
    const [bits, halves] = [quants, scales].map(part => heap.pointer(part) + 4 * part.index) as [number, number];
    const strides = [4 * quants.stride, 4 * scales.stride] as const;
    const spare = scratch + 4 * values.length;
    return heap.call.packMatrixRows!(formCodes[form], scratch, bits, halves, rows, width, ...strides, spare) !== 0;
  });
}
