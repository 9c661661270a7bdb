import { outOfRange } from '@residual/tensor/kernels';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Heap } from '../heap.js';
import type { Kernel } from './kernel.js';
import { linearRows } from './linear.js';
import { packedLinearRows, packedPart, rowsFrom, unpackRows } from './packed.js';

/** The bytes of a number. */
const bytes = 4;

/** x weightᵀ + bias with the matrices of the chosen experts: [tokens, k, out]. Errors for an expert outside. */
export const expertLinear: Kernel<'expertLinear'> = (heap, { x, weight, chosen, bias }, { experts }) => {
  const [outDim, inDim] = [weight.shape[0]! / experts, weight.shape[1]!];
  const [matrices, shifts] = [heap.pointer(weight), heap.pointer(bias)];
  return perExpert(heap, { x, chosen }, { experts, inDim, outDim }, ({ expert, from, to, rows }) => {
    const matrix = matrices + bytes * expert * outDim * inDim;
    const shift = shiftOf(shifts, expert, outDim);
    linearRows(heap, { from, matrix, shift, to }, { rows, inDim, outDim });
  });
};

/** The same with packed matrices. */
export const packedExpertLinear: Kernel<'packedExpertLinear'> = (
  heap,
  { x, quants, scales, chosen, bias },
  { form, experts },
) => {
  const [outDim, inDim] = [quants.shape[0]! / experts, x.shape.at(-1)!];
  const [whole, shifts] = [packedPart(heap, { quants, scales }, form), heap.pointer(bias)];
  return perExpert(heap, { x, chosen }, { experts, inDim, outDim }, ({ expert, from, to, rows }) => {
    const shift = shiftOf(shifts, expert, outDim);
    packedLinearRows(heap, { from, shift, to }, rowsFrom(whole, expert * outDim), { rows, inDim, outDim });
  });
};

/** dy weight, the gradient of x for each choice: [tokens, k, in]. */
export const expertLinearGradient: Kernel<'expertLinearGradient'> = (heap, { dy, weight, chosen }, { experts }) => {
  const [outDim, inDim] = [weight.shape[0]! / experts, weight.shape[1]!];
  const matrices = heap.pointer(weight);
  return perExpert(heap, { x: dy, chosen }, { experts, inDim: outDim, outDim: inDim }, ({ expert, from, to, rows }) => {
    matMul(heap, { a: from, b: matrices + bytes * expert * outDim * inDim, to }, [rows, outDim, inDim]);
  });
};

/** The same with packed matrices. */
export const packedExpertLinearGradient: Kernel<'packedExpertLinearGradient'> = (
  heap,
  { dy, quants, scales, chosen },
  { form, width, experts },
) => {
  const outDim = quants.shape[0]! / experts;
  const whole = packedPart(heap, { quants, scales }, form);
  return heap.scratch(outDim * width, matrix =>
    perExpert(heap, { x: dy, chosen }, { experts, inDim: outDim, outDim: width }, ({ expert, from, to, rows }) => {
      unpackRows(heap, rowsFrom(whole, expert * outDim), matrix, outDim, width);
      matMul(heap, { a: from, b: matrix, to }, [rows, outDim, width]);
    }),
  );
};

/** Σ dyᵀ x over the tokens of each expert: [experts · out, in]. */
export const expertLinearWeightGradient: Kernel<'expertLinearWeightGradient'> = (
  heap,
  { dy, x, chosen },
  { experts },
) => {
  const [outDim, inDim] = [dy.shape.at(-1)!, x.shape.at(-1)!];
  const [slopes, inputs] = [heap.pointer(dy), heap.pointer(x)];
  const { choices, starts, wrong } = choicesByExpert(heap, chosen, experts);
  return heap.checkedOutput(
    { shape: [experts * outDim, inDim] },
    y => {
      if (wrong >= 0) return wrong;
      heap.scratch(largestGroup(starts) * (outDim + inDim), scratch => {
        for (let expert = 0; expert < experts; expert++) {
          const to = y + bytes * expert * outDim * inDim;
          const ofExpert = choices.subarray(starts[expert]!, starts[expert + 1]!);
          const right = scratch + bytes * ofExpert.length * outDim;
          if (ofExpert.length === 0) heap.floatsAt(to, outDim * inDim).fill(0);
          for (const [i, choice] of ofExpert.entries()) {
            heap.copy(slopes + bytes * choice * outDim, scratch + bytes * i * outDim, outDim);
            heap.copy(inputs + bytes * rowOf(x, chosen, choice) * inDim, right + bytes * i * inDim, inDim);
          }
          if (ofExpert.length > 0)
            matMul(heap, { a: scratch, b: right, to }, [outDim, ofExpert.length, inDim], { transposeA: true });
        }
      });
      return -1;
    },
    wrong => outOfRange.expertLinear(heap.int(chosen, wrong), experts),
  );
};

/** What one expert computes: the product of its `rows` rows at `from`, to be written at `to`. */
interface ExpertRows {
  readonly expert: number;
  readonly rows: number;
  readonly from: number;
  readonly to: number;
}

/**
 * The rows of x [tokens, in] or [tokens, k, in] times the matrices of the experts chosen for them: [tokens, k, out].
 * `compute` runs once for each expert that is chosen, with all its rows side by side.
 */
function perExpert(
  heap: Heap,
  { x, chosen }: { readonly x: TensorInfo; readonly chosen: TensorInfo },
  { experts, inDim, outDim }: { readonly experts: number; readonly inDim: number; readonly outDim: number },
  compute: (rows: ExpertRows) => void,
): TensorInfo {
  const inputs = heap.pointer(x);
  const { choices, starts, wrong } = choicesByExpert(heap, chosen, experts);
  const write = (y: number, scratch: number) => {
    for (let expert = 0; expert < experts; expert++) {
      const ofExpert = choices.subarray(starts[expert]!, starts[expert + 1]!);
      const rows = ofExpert.length;
      if (rows === 0) continue;
      const inputOf = (choice: number) => inputs + bytes * rowOf(x, chosen, choice) * inDim;
      const outputOf = (choice: number) => y + bytes * choice * outDim;
      if (rows === 1) {
        compute({ expert, rows, from: inputOf(ofExpert[0]!), to: outputOf(ofExpert[0]!) });
        continue;
      }
      const results = scratch + bytes * rows * inDim;
      for (const [i, choice] of ofExpert.entries()) heap.copy(inputOf(choice), scratch + bytes * i * inDim, inDim);
      compute({ expert, rows, from: scratch, to: results });
      for (const [i, choice] of ofExpert.entries()) heap.copy(results + bytes * i * outDim, outputOf(choice), outDim);
    }
  };
  return heap.checkedOutput(
    { shape: [...chosen.shape, outDim] },
    y => {
      if (wrong >= 0) return wrong;
      const largest = largestGroup(starts);
      if (largest === 1) write(y, 0);
      else heap.scratch(largest * (inDim + outDim), scratch => write(y, scratch));
      return -1;
    },
    wrong => outOfRange.expertLinear(heap.int(chosen, wrong), experts),
  );
}

/** The choices of all tokens in the order of their experts. */
interface Choices {
  /** Indices into `chosen`, sorted by expert. */
  readonly choices: Int32Array;
  /** Where those of each expert begin, and the end. */
  readonly starts: Int32Array;
  /** The index of an expert outside, or -1. */
  readonly wrong: number;
}

function choicesByExpert(heap: Heap, chosen: TensorInfo, experts: number): Choices {
  const ids = heap.ints(chosen);
  const starts = new Int32Array(experts + 1);
  const choices = new Int32Array(ids.length);
  const wrong = ids.findIndex(id => id < 0 || id >= experts);
  if (wrong >= 0) return { choices, starts, wrong };
  for (const id of ids) starts[id + 1]!++;
  for (let expert = 0; expert < experts; expert++) starts[expert + 1]! += starts[expert]!;
  const next = starts.slice();
  ids.forEach((id, choice) => {
    choices[next[id]!++] = choice;
  });
  return { choices, starts, wrong };
}

/** The number of choices of the expert that has most. */
function largestGroup(starts: Int32Array): number {
  let largest = 1;
  for (let expert = 1; expert < starts.length; expert++)
    largest = Math.max(largest, starts[expert]! - starts[expert - 1]!);
  return largest;
}

/** The row of x that a choice reads: its own, or that of its token. */
function rowOf(x: TensorInfo, chosen: TensorInfo, choice: number): number {
  return x.shape.length === 2 ? Math.floor(choice / chosen.shape[1]!) : choice;
}

/** The pointer to the biases of an expert; 0 without any. */
function shiftOf(shifts: number, expert: number, outDim: number): number {
  return shifts === 0 ? 0 : shifts + bytes * expert * outDim;
}

/** to [m, n] = a [m, k], or [k, m] if transposed, times b [k, n]. */
function matMul(
  heap: Heap,
  { a, b, to }: { readonly a: number; readonly b: number; readonly to: number },
  [m, k, n]: readonly [number, number, number],
  { transposeA = false } = {},
): void {
  heap.scratch(heap.call.matMulScratch!(m, k), scratch =>
    heap.call.matMul!(a, b, 0, to, scratch, m, n, k, Number(transposeA), 0),
  );
}
