import { add, recompute, reshape, sliceAxis, type Tensor, tidy } from '@residual/tensor';
import type { ChunkedHead } from '@residual/transformer';
import { type Labels, lossSum, type TokenLossOptions } from './token-loss.js';

/**
 * Computes the logits and their loss, Σ weight · loss, for `chunk` rows at a time. The backward pass recomputes them,
 * so that at most [chunk, vocab] logits exist at once. The result has shape []. For the slot `chunkedHead` of
 * `@residual/transformer`.
 */
export function chunkedLoss(labels: Labels, chunk: number, options: TokenLossOptions): ChunkedHead {
  return (x, weights, logits) =>
    tidy(() => {
      const rows = reshape(x, [-1, x.shape.at(-1)!]);
      const count = rows.shape[0]!;
      const lossOf = (part: Tensor, from: number) =>
        recompute(({ part, weights }) => lossSum(logits(weights, part), labels, from, from + part.shape[0]!, options), {
          part,
          weights,
        });
      if (count <= chunk) return lossSum(logits(weights, rows), labels, 0, count, options);
      let total: Tensor | undefined;
      for (let from = 0; from < count; from += chunk) {
        const loss = lossOf(sliceAxis(rows, 0, from, Math.min(chunk, count - from)), from);
        total = total ? add(total, loss) : loss;
      }
      return total!;
    });
}
