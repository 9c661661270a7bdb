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
  const pointers = [logits, labels, dy].map(x => heap.pointer(x));
  const y = heap.output([rows, vocab]);
  heap.call.crossEntropyGradient!(...pointers, heap.pointer(y), rows, vocab, ignoreIndex);
  return y;
};
