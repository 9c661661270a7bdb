import type { PackedForm } from '@residual/tensor';
import { groupSize, groupsOf, outOfRange, sizeOf } from '@residual/tensor/kernels';
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

/** Up to this number of rows each reads the weight in integers; more rows are computed in float32 panels. */
const fewRows = 4;

/** x weightᵀ + bias with a packed weight: x [..., in], bias [out] to [..., out]. */
export const packedLinear: Kernel<'packedLinear'> = (heap, { x, quants, scales, bias }, { form }) => {
  const [outDim, words] = quants.shape as [number, number];
  const inDim = x.shape.at(-1)!;
  const rows = sizeOf(x.shape) / inDim;
  const scaleWords = scales?.shape[1] ?? 0;
  const y = heap.output([...x.shape.slice(0, -1), outDim]);
  const [from, bits, halves, shift, to] = [x, quants, scales, bias, y].map(each => heap.pointer(each)) as Pointers;
  const code = formCodes[form];
  if (rows === 1 && !scales) heap.call.halfLinearOneRow!(code, from, bits, shift, to, inDim, outDim, words);
  else if (rows <= fewRows && scales) {
    const groups = groupsOf(inDim);
    const padded = 4 * Math.ceil(groups / 4);
    heap.scratch((groups * groupSize) / 2 + 2 * padded, integers => {
      const [xScales, sums] = [integers + 2 * groups * groupSize, integers + 2 * groups * groupSize + 4 * padded];
      for (let row = 0; row < rows; row++) {
        heap.call.quantizeRow!(from + 4 * row * inDim, integers, xScales, sums, inDim);
        const target = to + 4 * row * outDim;
        const weight = [bits, halves, shift, target, groups, outDim, words, scaleWords];
        heap.call.packedLinearOneRow!(code, integers, xScales, sums, ...weight);
      }
    });
  } else if (rows > 0)
    heap.scratch(heap.call.packedLinearScratch!(rows, inDim), scratch =>
      heap.call.packedLinearRows!(code, from, bits, halves, shift, to, scratch, rows, outDim, inDim, words, scaleWords),
    );
  return y;
};

type Pointers = [number, number, number, number, number];
