import { expectShape, ResidualError, showShape } from '../errors.js';
import { type Op, run } from '../op.js';
import { maximum, mul, sub } from '../ops/arithmetic.js';
import { equal, notEqual } from '../ops/compare.js';
import { toFloat } from '../ops/convert.js';
import { range } from '../ops/create.js';
import { exp, log } from '../ops/functions.js';
import { max, sum } from '../ops/reduce.js';
import { concat, reshape } from '../ops/shape.js';
import { softmax } from '../ops/softmax.js';
import type { Tensor } from '../tensor.js';

const crossEntropyOp: Op<{ logits: Tensor; labels: Tensor }, { ignore: number }> = {
  name: 'residual.crossEntropy',
  compose: ({ logits, labels }, { ignore }) => {
    const below = sub(logits, max(logits, { axis: 1, keepDims: true }));
    const loss = sub(log(sum(exp(below), { axis: 1 })), pick(below, maximum(labels, 0)));
    return mul(loss, toFloat(notEqual(labels, ignore)));
  },
  saves: ['logits', 'labels'],
  gradient: (dy, { saved: { logits, labels }, shapes, attributes: { ignore } }) => ({
    logits: () => {
      const [rows, vocab] = shapes.logits as [number, number];
      const chosen = toFloat(equal(reshape(labels, [rows, 1]), reshape(range(vocab), [1, vocab])));
      const weight = reshape(mul(dy, toFloat(notEqual(labels, ignore))), [rows, 1]);
      return mul(sub(softmax(logits), chosen), weight);
    },
  }),
};

/**
 * The loss of each row, -log softmax(logits)[label], 0 where the label is `ignore`: logits [rows, vocab], labels int32 [rows] to [rows]. Labels are
 * 0 .. vocab - 1 or `ignore`.
 */
export function crossEntropy(logits: Tensor, labels: Tensor, { ignore = -100 }: { ignore?: number } = {}): Tensor {
  expectShape(
    logits.shape.length === 2 && labels.shape.length === 1 && labels.shape[0] === logits.shape[0],
    () =>
      `crossEntropy: logits ${showShape(logits.shape)} are [rows, vocab], labels ${showShape(labels.shape)} are not [rows]`,
  );
  if (labels.dtype !== 'int32')
    throw new ResidualError('dtype', `crossEntropy: labels are ${labels.dtype}; they must be int32`);
  return run(crossEntropyOp, { logits, labels }, { ignore });
}

const pickOp: Op<{ params: Tensor; indices: Tensor }, Record<never, never>> = {
  name: 'residual.pick',
  stock: 'GatherNd',
};

/** One entry of each row. By row and column: one flat index would pass 2²⁴, where GPU backends round integers. */
function pick(x: Tensor, columns: Tensor): Tensor {
  const rows = columns.size;
  const indices = concat([reshape(range(rows), [rows, 1]), reshape(columns, [rows, 1])], 1);
  return run(pickOp, { params: x, indices }, {});
}
