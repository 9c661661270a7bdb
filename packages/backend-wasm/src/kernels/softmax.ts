import {
  type CrossEntropyAttributes,
  type CrossEntropyGradientInputs,
  type CrossEntropyInputs,
  type KernelInputs,
  ResidualError,
} from '@residual/tensor';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type Heap, sizeOf } from '../heap.js';
import type { Kernel } from './kernel.js';

/** eˣ / Σ eˣ along the last axis. */
export const softmax: Kernel<{ logits: TensorInfo }, unknown> = (heap, { logits }) => {
  const dim = logits.shape.at(-1)!;
  const from = heap.pointer(logits);
  const y = heap.output(logits.shape);
  heap.call.softmax!(from, heap.pointer(y), sizeOf(logits.shape) / dim, dim);
  return y;
};

/** log Σ eˣ along the last axis: [..., dim] to [...], or [..., 1] with `keepDims`. */
export const logSumExp: Kernel<{ x: TensorInfo }, { keepDims: boolean }> = (heap, { x }, { keepDims }) => {
  const y = heap.output([...x.shape.slice(0, -1), ...(keepDims ? [1] : [])]);
  writeFromSums(heap, x, y, (largest, sum) => largest + Math.log(sum));
  return y;
};

/**
 * -log softmax(logits)[label] of each row, 0 where the label is `ignoreIndex`: logits [rows, vocab], labels int32
 * [rows] to [rows]. It allocates nothing of the size of the logits. Errors for a label outside.
 */
export const crossEntropy: Kernel<KernelInputs<CrossEntropyInputs>, CrossEntropyAttributes> = (
  heap,
  { logits, labels },
  { ignoreIndex },
) => {
  const [rows, vocab] = logits.shape as [number, number];
  const names = heap.ints(labels).slice();
  const wrong = names.find(label => label !== ignoreIndex && !(label >= 0 && label < vocab));
  if (wrong !== undefined) {
    throw new ResidualError(
      'range',
      `crossEntropy: label ${wrong} is outside the vocabulary of ${vocab}; ${ignoreIndex} is ignored`,
    );
  }
  const y = heap.output([rows]);
  const logitOfLabel = (row: number) => heap.floats(logits)[row * vocab + names[row]!]!;
  writeFromSums(
    heap,
    logits,
    y,
    // The difference comes first, because it is exact where the loss is small.
    (largest, sum, row) => (names[row] === ignoreIndex ? 0 : largest - logitOfLabel(row) + Math.log(sum)),
  );
  return y;
};

/**
 * (softmax(logits) - 1 at the label) · dy of each row, 0 where the label is `ignoreIndex`: logits [rows, vocab] to the
 * same.
 */
export const crossEntropyGradient: Kernel<KernelInputs<CrossEntropyGradientInputs>, CrossEntropyAttributes> = (
  heap,
  { logits, labels, dy },
  { ignoreIndex },
) => {
  const [rows, vocab] = logits.shape as [number, number];
  const from = heap.pointer(logits);
  const y = heap.output([rows, vocab]);
  heap.call.softmax!(from, heap.pointer(y), rows, vocab);
  const [values, names, weights] = [heap.floats(y), heap.ints(labels), heap.floats(dy)];
  for (let row = 0; row < rows; row++) {
    const [start, label] = [row * vocab, names[row]!];
    const weight = label === ignoreIndex ? 0 : weights[row]!;
    for (let i = start; i < start + vocab; i++) values[i] = values[i]! * weight;
    if (weight !== 0) values[start + label] = values[start + label]! - weight;
  }
  return y;
};

/** Writes what `use` makes of each row's largest entry and Σ e^(x - largest) to y. */
function writeFromSums(
  heap: Heap,
  x: TensorInfo,
  y: TensorInfo,
  use: (largest: number, sum: number, row: number) => number,
): void {
  const dim = x.shape.at(-1)!;
  const rows = sizeOf(x.shape) / dim;
  heap.scratch(rows, sums => {
    heap.call.exponentialSums!(heap.pointer(x), heap.pointer(y), sums, rows, dim);
    const [values, totals] = [heap.floats(y), heap.floatsAt(sums, rows)];
    for (let row = 0; row < rows; row++) values[row] = use(values[row]!, totals[row]!, row);
  });
}
