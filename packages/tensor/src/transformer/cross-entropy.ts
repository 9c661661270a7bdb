import { expectShape, ResidualError, showShape } from '../errors.js';
import { type Op, run } from '../op.js';
import { range } from '../ops/create.js';
import { add, equal, maximum, mul, notEqual, sub, toFloat } from '../ops/elementwise.js';
import { logSumExp, softmax } from '../ops/reduce.js';
import { reshape } from '../ops/shape.js';
import type { Tensor } from '../tensor.js';
import { embed } from './embed.js';

const crossEntropyOp: Op<{ logits: Tensor; labels: Tensor }, { ignore: number }> = {
  name: 'residual.crossEntropy',
  compose: ({ logits, labels }, { ignore }) => {
    const [rows, vocab] = logits.shape as [number, number];
    const flat = add(mul(range(rows), vocab), maximum(labels, 0));
    const chosen = reshape(embed(reshape(logits, [rows * vocab, 1]), flat), [rows]);
    return mul(sub(logSumExp(logits), chosen), toFloat(notEqual(labels, ignore)));
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

/** The loss of each row, -log softmax(logits)[label], 0 where the label is `ignore`: logits [rows, vocab], labels int32 [rows] to [rows]. */
export function crossEntropy(logits: Tensor, labels: Tensor, { ignore = -100 }: { ignore?: number } = {}): Tensor {
  expectShape(
    logits.shape.length === 2 && labels.shape.length === 1 && labels.shape[0] === logits.shape[0],
    () =>
      `crossEntropy: logits ${showShape(logits.shape)} are [rows, vocab], labels ${showShape(labels.shape)} are not [rows]`,
  );
  if (labels.dtype !== 'int32') throw new ResidualError('dtype', `crossEntropy: labels are ${labels.dtype}, not int32`);
  return run(crossEntropyOp, { logits, labels }, { ignore });
}
