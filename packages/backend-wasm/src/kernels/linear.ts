import { sizeOf } from '@residual/tensor/kernels';
import type { Kernel } from './kernel.js';

/** Up to this number of rows the weight is read directly; for more rows it is packed into panels, which is faster. */
export const fewRows = 15;

/** x weightᵀ + bias: x [..., in], weight [out, in], bias [out] to [..., out]. The weight is never copied as a whole. */
export const linear: Kernel<'linear'> = (heap, { x, weight, bias }) => {
  const [outDim, inDim] = weight.shape as [number, number];
  const rows = sizeOf(x.shape) / inDim;
  const [from, matrix, shift] = [heap.pointer(x), heap.pointer(weight), heap.pointer(bias)];
  const y = heap.output([...x.shape.slice(0, -1), outDim]);
  const to = heap.pointer(y);
  if (rows === 0) return y;
  if (rows === 1) heap.call.linearOneRow!(from, matrix, shift, to, inDim, outDim);
  else if (rows <= fewRows) heap.call.linearFewRows!(from, matrix, shift, to, rows, inDim, outDim);
  else {
    const floats = heap.call.matMulScratch!(rows, inDim);
    heap.scratch(floats, scratch => heap.call.matMul!(from, matrix, shift, to, scratch, rows, outDim, inDim, 0, 1));
  }
  return y;
};
