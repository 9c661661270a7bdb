import type { BufferReusingKernel } from '@residual/tensor';
import { sizeOf } from '@residual/tensor/kernels';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type Kernel, kernelFuncOr } from './kernel.js';

/** The operations of kernels/elementwise.c by their codes there, with the kernel of tfjs for the other shapes. */
const operations = [
  { name: 'add', stock: 'Add' },
  { name: 'sub', stock: 'Sub' },
  { name: 'mul', stock: 'Multiply' },
  { name: 'div', stock: 'RealDiv' },
] as const;

/**
 * a + b, a - b, a · b and a / b with broadcasting. Uses the kernels of tfjs unless b is repeated as a whole along the
 * first axes of a, or each entry of b along the last axes of a.
 */
export const binaryKernels: Readonly<Record<string, BufferReusingKernel>> = /*#__PURE__*/ Object.fromEntries(
  operations.map(({ name, stock }, code) => {
    const ours = combine(code);
    const kernel = kernelFuncOr(stock, ({ a, b }) => (linesOf(a!, b!) ? ours : undefined));
    return [`residual.${name}`, kernel];
  }),
);

/** The operation of a code, for shapes that `linesOf` knows. */
function combine(code: number): Kernel<'add'> {
  return (heap, { a, b }) => {
    const { lines, isOne } = linesOf(a, b)!;
    const [left, right] = [heap.pointer(a), heap.pointer(b)];
    const y = heap.output(a.shape);
    heap.call.combine!(left, right, heap.pointer(y), lines, sizeOf(a.shape) / lines, Number(isOne), code);
    return y;
  };
}

/**
 * How b is repeated to the shape of a: as a whole for each of `lines` lines of a, or one entry for each; undefined if
 * neither holds. The shape of b, after lengths of 1, is the end of that of a, or before lengths of 1 its start.
 */
function linesOf(a: TensorInfo, b: TensorInfo): { lines: number; isOne: boolean } | undefined {
  if (a.dtype !== 'float32' || b.dtype !== 'float32') return undefined;
  const lead = a.shape.length - b.shape.length;
  if (lead < 0) return undefined;
  const [size, total] = [sizeOf(b.shape), sizeOf(a.shape)];
  if (size === 0 || total === 0) return undefined;
  if (size === 1) return { lines: 1, isOne: true };
  const isEqual = (i: number) => b.shape[i] === a.shape[lead + i];
  let [first, last] = [0, b.shape.length - 1];
  while (b.shape[first] === 1) first++;
  if (b.shape.every((_, i) => i < first || isEqual(i))) return { lines: total / size, isOne: false };
  while (b.shape[last] === 1) last--;
  return lead === 0 && b.shape.every((_, i) => i > last || isEqual(i)) ? { lines: size, isOne: true } : undefined;
}
