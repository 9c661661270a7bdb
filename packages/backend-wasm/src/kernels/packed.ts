import type { PackedForm } from '@residual/tensor';
import { outOfRange, sizeOf } from '@residual/tensor/kernels';
import type { Kernel } from './kernel.js';

/** The codes of the forms in kernels/packed.h. */
const formCodes: Readonly<Record<PackedForm, number>> = { f16: 0, bf16: 1, int8: 2, int4: 3 };

/** The entries of a packed matrix, or of its rows at int32 [n]: [out or n, in]. Errors for a row outside. */
export const unpack: Kernel<'unpack'> = (heap, { quants, scales, rows }, { form, width }) => {
  const [total, words] = quants.shape as [number, number];
  const [bits, halves, ids] = [quants, scales, rows].map(x => heap.pointer(x)) as [number, number, number];
  const count = rows ? sizeOf(rows.shape) : total;
  const scaleWords = scales?.shape[1] ?? 0;
  return heap.checkedOutput(
    { shape: [count, width] },
    y => heap.call.unpack!(formCodes[form], bits, halves, ids, y, count, total, width, words, scaleWords),
    wrong => outOfRange.embed(heap.int(rows!, wrong), total),
  );
};
