import type { BufferReusingKernel } from '@residual/tensor';
import { sizeOf } from '@residual/tensor/kernels';
import { type Kernel, kernelFuncOr } from './kernel.js';

/** Whether axes are consecutive from `first` on. */
const isRun = (axis: readonly number[], first: number): boolean => axis.every((a, i) => a === first + i);

const overAxes: Kernel<'sum'> = (heap, { x }, { axis, keepDims }) => {
  const summed = sizeOf(axis.map(a => x.shape[a]!));
  const kept = sizeOf(x.shape) / summed;
  const lengths = keepDims
    ? x.shape.map((n, i) => (axis.includes(i) ? 1 : n))
    : x.shape.filter((_, i) => !axis.includes(i));
  const from = heap.pointer(x);
  const y = heap.output(lengths);
  const to = heap.pointer(y);
  if (axis.length > 0 && axis[0] === 0 && kept > 1)
    heap.scratch(kept, scratch => heap.call.sumColumns!(from, to, scratch, summed, kept));
  else heap.call.sumRows!(from, to, kept, summed);
  return y;
};

/** The sum over some axes. Uses the kernel of tfjs unless x is float32 and the axes are its first or its last ones. */
export const sum: BufferReusingKernel = /*#__PURE__*/ kernelFuncOr('Sum', ({ x }, attributes) => {
  const { axis } = attributes as { axis: readonly number[] };
  const isOurs = x!.dtype === 'float32' && (isRun(axis, 0) || isRun(axis, x!.shape.length - axis.length));
  return isOurs ? overAxes : undefined;
});
