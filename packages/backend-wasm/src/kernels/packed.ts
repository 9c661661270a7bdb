import type { PackedForm } from '@residual/tensor';
import { outOfRange, sizeOf } from '@residual/tensor/kernels';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Heap } from '../heap.js';
import type { Kernel } from './kernel.js';

/** The codes of the forms in kernels/packed.h. */
const formCodes: Readonly<Record<PackedForm, number>> = { f16: 0, bf16: 1, int8: 2, int4: 3 };

/** The code of f16 without an infinity or a NaN. */
const finiteF16 = 4;

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

/** Up to this number of rows each is computed by itself in integers; more rows are packed into panels of integers. */
const fewRows = 4;

/** Up to this number of rows f16 and bf16 are unpacked two rows at a time; for more rows into panels. */
const fewHalfRows = 15;

/** Up to this number of entries 8 and 4 bits are computed in float32, which takes no longer than the call. */
const smallMatrix = 16_384;

/** x weightᵀ + bias with a packed weight: x [..., in], bias [out] to [..., out]. */
export const packedLinear: Kernel<'packedLinear'> = (heap, { x, quants, scales, bias }, { form }) => {
  const [outDim, words] = quants.shape as [number, number];
  const inDim = x.shape.at(-1)!;
  const rows = sizeOf(x.shape) / inDim;
  const y = heap.output([...x.shape.slice(0, -1), outDim]);
  if (rows === 0) return y;
  const [from, bits, halves, shift, to] = [x, quants, scales, bias, y].map(each => heap.pointer(each)) as Pointers;
  const finite = form !== 'f16' || areFinite(heap, quants);
  const code = form === 'f16' && finite ? finiteF16 : formCodes[form];
  const run = (kernel: string, scratchFloats: number) =>
    heap.scratch(scratchFloats, scratch => {
      const sizes = [rows, outDim, inDim, words, scales?.shape[1] ?? 0];
      heap.call[kernel]!(code, from, bits, halves, shift, to, scratch, ...sizes);
    });
  const isOneRow = rows === 1 && finite;
  if (scales ? outDim * inDim <= smallMatrix : !isOneRow && rows <= fewHalfRows) run('packedLinearInFloats', 2 * inDim);
  else if (scales ? rows <= fewRows : isOneRow)
    run('packedLinearFewRows', heap.call.packedLinearFewRowsScratch!(code, inDim));
  else if (scales) run('packedLinearRows', heap.call.packedLinearRowsScratch!(rows, inDim));
  else run('halfLinearRows', heap.call.halfLinearRowsScratch!(rows, inDim));
  return y;
};

type Pointers = [number, number, number, number, number];

/** Whether all entries of an f16 matrix are finite, which takes less work: looked up once. */
function areFinite(heap: Heap, quants: TensorInfo): boolean {
  let finite = finiteMatrices.get(quants.dataId);
  if (finite === undefined) {
    finite = heap.call.areHalvesFinite!(heap.pointer(quants), sizeOf(quants.shape)) !== 0;
    finiteMatrices.set(quants.dataId, finite);
  }
  return finite;
}

const finiteMatrices = /*#__PURE__*/ new WeakMap<object, boolean>();
