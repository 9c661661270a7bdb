import type { PackedForm } from '@residual/tensor';
import { outOfRange, sizeOf } from '@residual/tensor/kernels';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Heap } from '../heap.js';
import type { Kernel } from './kernel.js';

/** The codes of the forms in kernels/packed.h. */
export const formCodes: Readonly<Record<PackedForm, number>> = { f16: 0, bf16: 1, int8: 2, int4: 3 };

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
  const outDim = quants.shape[0]!;
  const inDim = x.shape.at(-1)!;
  const rows = sizeOf(x.shape) / inDim;
  const y = heap.output([...x.shape.slice(0, -1), outDim]);
  const [from, shift, to] = [x, bias, y].map(each => heap.pointer(each)) as [number, number, number];
  if (rows > 0)
    packedLinearRows(heap, { from, shift, to }, packedPart(heap, { quants, scales }, form), { rows, inDim, outDim });
  return y;
};

/** A packed matrix, or some rows of one, in memory. */
export interface PackedPart {
  readonly form: PackedForm;
  /** Pointers to its words; `scales` is 0 for a form without. */
  readonly bits: number;
  readonly halves: number;
  /** The words of a row. */
  readonly words: number;
  readonly scaleWords: number;
  /** Whether all of an f16 matrix is finite. */
  readonly areAllFinite: boolean;
}

/** A whole packed matrix. */
export function packedPart(
  heap: Heap,
  { quants, scales }: { readonly quants: TensorInfo; readonly scales?: TensorInfo | undefined },
  form: PackedForm,
): PackedPart {
  const [bits, halves] = [heap.pointer(quants), heap.pointer(scales)];
  const areAllFinite = form !== 'f16' || areFinite(heap, quants);
  return { form, bits, halves, words: quants.shape[1]!, scaleWords: scales?.shape[1] ?? 0, areAllFinite };
}

/** The same matrix from a row on. */
export function rowsFrom(part: PackedPart, row: number): PackedPart {
  return { ...part, bits: part.bits + 4 * row * part.words, halves: part.halves + 4 * row * part.scaleWords };
}

/** `to` [rows, out] = `from` [rows, in] times the transposed matrix + `shift`, pointers as in `linearRows`. */
export function packedLinearRows(
  heap: Heap,
  { from, shift, to }: { from: number; shift: number; to: number },
  { form, bits, halves, words, scaleWords, areAllFinite }: PackedPart,
  { rows, inDim, outDim }: { rows: number; inDim: number; outDim: number },
): void {
  const code = form === 'f16' && areAllFinite ? finiteF16 : formCodes[form];
  const run = (kernel: string, scratchFloats: number) =>
    heap.scratch(scratchFloats, scratch => {
      const sizes = [rows, outDim, inDim, words, scaleWords];
      heap.call[kernel]!(code, from, bits, halves, shift, to, scratch, ...sizes);
    });
  const isOneRow = rows === 1 && areAllFinite;
  const isGrouped = scaleWords > 0;
  if (isGrouped ? outDim * inDim <= smallMatrix : !isOneRow && rows <= fewHalfRows)
    run('packedLinearInFloats', 4 * inDim);
  else if (isGrouped ? rows <= fewRows : isOneRow)
    run('packedLinearFewRows', heap.call.packedLinearFewRowsScratch!(code, inDim));
  else if (isGrouped) run('packedLinearRows', heap.call.packedLinearRowsScratch!(rows, inDim));
  else run('halfLinearRows', heap.call.halfLinearRowsScratch!(rows, inDim));
}

/** Writes the entries of the first rows of a packed matrix to a pointer: floats [count, width]. */
export function unpackRows(heap: Heap, part: PackedPart, to: number, count: number, width: number): void {
  const { form, bits, halves, words, scaleWords } = part;
  heap.call.unpack!(formCodes[form], bits, halves, 0, to, count, count, width, words, scaleWords);
}

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
