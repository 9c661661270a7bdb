import { sizeOf } from '@residual/tensor/kernels';
import type { Heap } from '../heap.js';
import type { Kernel } from './kernel.js';

/** Up to this number of rows the weight is read directly; for more rows it is packed into panels, which is faster. */
export const fewRows = 15;

/** x weightᵀ + bias: x [..., in], weight [out, in], bias [out] to [..., out]. The weight is never copied as a whole. */
export const linear: Kernel<'linear'> = (heap, { x, weight, bias }) => {
  const [outDim, inDim] = weight.shape as [number, number];
  const rows = sizeOf(x.shape) / inDim;
  const y = heap.output([...x.shape.slice(0, -1), outDim]);
  const [from, matrix, shift, to] = [x, weight, bias, y].map(each => heap.pointer(each)) as Pointers;
  if (rows > 0) linearRows(heap, { from, matrix, shift, to }, { rows, inDim, outDim });
  return y;
};

type Pointers = [number, number, number, number];

/** `to` [rows, out] = `from` [rows, in] `matrix`ᵀ + `shift`: pointers to floats, `shift` 0 without a bias. */
export function linearRows(
  heap: Heap,
  { from, matrix, shift, to }: { from: number; matrix: number; shift: number; to: number },
  { rows, inDim, outDim }: { rows: number; inDim: number; outDim: number },
): void {
  // Of other widths it sums the last entries in another order, and a row must not depend on how many there are.
  if (rows === 1 && inDim % 8 === 0) heap.call.linearOneRow!(from, matrix, shift, to, inDim, outDim);
  else if (rows <= fewRows) heap.call.linearFewRows!(from, matrix, shift, to, rows, inDim, outDim);
  else {
    const floats = heap.call.matMulScratch!(rows, inDim);
    heap.scratch(floats, scratch => heap.call.matMul!(from, matrix, shift, to, scratch, rows, outDim, inDim, 0, 1));
  }
}
