import type { LargestLogits, LogitMasks } from '@residual/tensor';
import { sizeOf } from '@residual/tensor/kernels';
import type { KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';
import { heapOf } from './heap.js';

/** The powers 2^(i / 1024) for `sumOfPowers` in kernels/largest.c. */
const powers = /*#__PURE__*/ Float64Array.from({ length: 1024 }, (_, i) => 2 ** (i / 1024));

/**
 * The `count` largest logits of each row of x [..., vocab], the largest one that its mask allows, and the logarithm of
 * the sum of exp(logit).
 */
export function largestLogits(
  backend: KernelBackend,
  x: TensorInfo,
  count: number,
  masks: LogitMasks,
): LargestLogits[] {
  const heap = heapOf(backend);
  const vocab = x.shape.at(-1)!;
  const found = Math.min(count, vocab);
  const words = Math.max(0, ...masks.map(mask => mask?.length ?? 0));
  return heap.scratch(2 * powers.length + found + words, scratch => {
    const places = scratch + powers.byteLength;
    const bits = places + 4 * found;
    new Float64Array(heap.buffer, scratch, powers.length).set(powers);
    return Array.from({ length: sizeOf(x.shape) / vocab }, (_, row) => {
      const from = heap.pointer(x) + 4 * row * vocab;
      heap.call.largestEntries!(from, vocab, found, places);
      const [logits, ids] = [heap.floatsAt(from, vocab), Array.from(new Int32Array(heap.buffer, places, found))];
      const largest = logits[ids[0]!]!;
      const logSumExp = largest + Math.log(heap.call.sumOfPowers!(from, vocab, largest, scratch));
      const mask = masks[row];
      if (!mask) return { ids, values: ids.map(id => logits[id]!), logSumExp };
      new Uint32Array(heap.buffer, bits, mask.length).set(mask);
      const id = heap.call.largestAllowed!(from, vocab, bits, mask.length);
      const allowed = id < 0 ? undefined : { id, value: logits[id]! };
      return { ids, values: ids.map(id => logits[id]!), logSumExp, allowed };
    });
  });
}
