import type { LargestLogits } from '@residual/tensor';
import { sizeOf } from '@residual/tensor/kernels';
import type { KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';
import { heapOf } from './heap.js';

/** The powers 2^(i / 1024) for `sumOfPowers` in kernels/largest.c. */
const powers = /*#__PURE__*/ Float64Array.from({ length: 1024 }, (_, i) => 2 ** (i / 1024));

/** The `count` largest logits of each row of x [..., vocab], and the logarithm of the sum of exp(logit). */
export function largestLogits(backend: KernelBackend, x: TensorInfo, count: number): LargestLogits[] {
  const heap = heapOf(backend);
  const vocab = x.shape.at(-1)!;
  const found = Math.min(count, vocab);
  return heap.scratch(2 * powers.length + found, scratch => {
    const places = scratch + powers.byteLength;
    new Float64Array(heap.buffer, scratch, powers.length).set(powers);
    return Array.from({ length: sizeOf(x.shape) / vocab }, (_, row) => {
      const from = heap.pointer(x) + 4 * row * vocab;
      heap.call.largestEntries!(from, vocab, found, places);
      const [logits, ids] = [heap.floatsAt(from, vocab), Array.from(new Int32Array(heap.buffer, places, found))];
      const largest = logits[ids[0]!]!;
      const logSumExp = largest + Math.log(heap.call.sumOfPowers!(from, vocab, largest, scratch));
      return { ids, values: ids.map(id => logits[id]!), logSumExp };
    });
  });
}
