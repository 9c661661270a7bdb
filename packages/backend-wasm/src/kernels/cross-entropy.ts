import { ResidualError } from '@residual/tensor';
import type { Kernel } from './kernel.js';
import { writeFromSums } from './softmax.js';

/**
 * -log softmax(logits)[label] of each row, 0 where the label is `ignoreIndex`: logits [rows, vocab], labels int32
 * [rows] to [rows]. It allocates nothing of the size of the logits. Errors for a label outside.
 */
export const crossEntropy: Kernel<'crossEntropy'> = (heap, { logits, labels }, { ignoreIndex }) => {
  const [rows, vocab] = logits.shape as [number, number];
  const labelOf = heap.ints(labels).slice();
  const wrong = labelOf.find(label => label !== ignoreIndex && !(label >= 0 && label < vocab));
  if (wrong !== undefined) {
    throw new ResidualError(
      'range',
      `crossEntropy: label ${wrong} is outside the vocabulary of ${vocab}; ${ignoreIndex} is ignored`,
    );
  }
  const y = heap.output([rows]);
  const logitOfLabel = (row: number) => heap.floats(logits)[row * vocab + labelOf[row]!]!;
  writeFromSums(
    heap,
    logits,
    y,
    // The difference comes first, because it is exact where the loss is small.
    (largest, sum, row) => (labelOf[row] === ignoreIndex ? 0 : largest - logitOfLabel(row) + Math.log(sum)),
  );
  return y;
};

/**
 * (softmax(logits) - 1 at the label) · dy of each row, 0 where the label is `ignoreIndex`: logits [rows, vocab] to the
 * same.
 */
export const crossEntropyGradient: Kernel<'crossEntropyGradient'> = (heap, { logits, labels, dy }, { ignoreIndex }) => {
  const [rows, vocab] = logits.shape as [number, number];
  const from = heap.pointer(logits);
  const y = heap.output([rows, vocab]);
  heap.call.softmax!(from, heap.pointer(y), rows, vocab);
  const [values, labelOf, upstream] = [heap.floats(y), heap.ints(labels), heap.floats(dy)];
  for (let row = 0; row < rows; row++) {
    const [start, label] = [row * vocab, labelOf[row]!];
    const weight = label === ignoreIndex ? 0 : upstream[row]!;
    for (let i = start; i < start + vocab; i++) values[i] = values[i]! * weight;
    if (weight !== 0) values[start + label] = values[start + label]! - weight;
  }
  return y;
};
