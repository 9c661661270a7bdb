import { expectShape, showShape } from '../errors.js';
import { maximum, minimum, mul, sub } from '../ops/arithmetic.js';
import { equal, notEqual } from '../ops/compare.js';
import { toFloat } from '../ops/convert.js';
import { range, zeros } from '../ops/create.js';
import { exp, log } from '../ops/functions.js';
import { type NoAttributes, type Op, runOp } from '../ops/op.js';
import { max } from '../ops/reduce.js';
import { concat, reshape, sliceAxis } from '../ops/shape.js';
import { softmax } from '../ops/softmax.js';
import { sum } from '../ops/sum.js';
import type { Tensor } from '../tensor.js';
import { expectInt32 } from './expect-integers.js';

/** Inputs of `crossEntropy` and its kernels. */
export type CrossEntropyInputs = {
  /** [rows, vocab]. */
  readonly logits: Tensor;
  /** int32 [rows]. */
  readonly labels: Tensor;
};

/** Inputs of the gradient of `crossEntropy`: also the gradient of the loss of each row. */
export type CrossEntropyGradientInputs = CrossEntropyInputs & {
  /** [rows]. */
  readonly dy: Tensor;
};

/** The attributes of `residual.crossEntropy` and its gradient: rows with the label `ignoreIndex` have loss 0. */
export type CrossEntropyAttributes = { readonly ignoreIndex: number };

const crossEntropyOp: Op<CrossEntropyInputs, CrossEntropyAttributes> = {
  name: 'residual.crossEntropy',
  compose: ({ logits, labels }, { ignoreIndex }) => {
    const shifted = sub(logits, max(logits, { axis: 1, keepDims: true }));
    const validLabels = minimum(maximum(labels, 0), logits.shape[1]! - 1);
    const loss = sub(log(sum(exp(shifted), { axis: 1 })), gatherColumns(shifted, validLabels));
    const masked = mul(loss, toFloat(notEqual(labels, ignoreIndex)));
    // Infinite outside the vocabulary.
    return sub(masked, log(maximum(toFloat(equal(labels, validLabels)), toFloat(equal(labels, ignoreIndex)))));
  },
  saves: ['logits', 'labels'],
  gradient: (dy, { saved: { logits, labels }, attributes }) => ({
    logits: () => runOp(crossEntropyGradientOp, { logits, labels, dy }, attributes),
  }),
};

/**
 * (softmax(logits) - 1 at the label) · dy, 0 where the label is `ignoreIndex`. A separate op, so that a kernel
 * allocates nothing else of the size of the logits.
 */
const crossEntropyGradientOp: Op<CrossEntropyGradientInputs, CrossEntropyAttributes> = {
  name: 'residual.crossEntropyGradient',
  compose: ({ logits, labels, dy }, { ignoreIndex }) => {
    const [rows, vocab] = logits.shape as [number, number];
    const weight = mul(dy, toFloat(notEqual(labels, ignoreIndex)));
    return sub(mul(softmax(logits), reshape(weight, [rows, 1])), scatterColumns(weight, maximum(labels, 0), vocab));
  },
};

/**
 * The cross-entropy loss of each row, -log softmax(logits)[label]: logits [rows, vocab], labels int32 [rows] to [rows].
 * The loss is 0 where the label is `ignoreIndex` (-100 if absent). A label outside 0 .. vocab - 1 throws on wasm; its
 * loss is infinite on other backends.
 */
export function crossEntropy(
  logits: Tensor,
  labels: Tensor,
  { ignoreIndex = -100 }: { ignoreIndex?: number } = {},
): Tensor {
  expectShape(
    logits.shape.length === 2 && labels.shape.length === 1 && labels.shape[0] === logits.shape[0],
    () =>
      `crossEntropy: logits ${showShape(logits.shape)} are [rows, vocab], labels ${showShape(labels.shape)} are ` +
      'not [rows]',
  );
  expectInt32('crossEntropy', 'labels', labels);
  if (labels.size === 0) return zeros([0]);
  return runOp(crossEntropyOp, { logits, labels }, { ignoreIndex });
}

/** Indices by row and column; a flat index would exceed 2²⁴, beyond which GPU backends round integers. */
function rowColumnIndices(columns: Tensor): Tensor {
  const rows = columns.size;
  return concat([reshape(range(rows), [rows, 1]), reshape(columns, [rows, 1])], 1);
}

const gatherColumnsOp: Op<{ x: Tensor; columns: Tensor }, NoAttributes> = {
  name: 'residual.gatherColumns',
  compose: ({ x, columns }) => runOp(gatherNdOp, { params: x, indices: rowColumnIndices(columns) }, {}),
  saves: ['columns'],
  gradient: (dy, { saved: { columns }, shapes }) => ({ x: () => scatterColumns(dy, columns, shapes.x[1]!) }),
};

const gatherNdOp: Op<{ params: Tensor; indices: Tensor }, NoAttributes> = {
  name: 'residual.gatherNd',
  tfjsKernel: 'GatherNd',
};

/** Selects one entry of each row: x [rows, vocab], columns int32 [rows] to [rows]. */
function gatherColumns(x: Tensor, columns: Tensor): Tensor {
  return runOp(gatherColumnsOp, { x, columns }, {});
}

const scatterColumnsOp: Op<{ values: Tensor; columns: Tensor }, { vocab: number }> = {
  name: 'residual.scatterColumns',
  compose: ({ values, columns }, { vocab }) =>
    runOp(scatterNdOp, { updates: values, indices: rowColumnIndices(columns) }, { shape: [columns.size, vocab] }),
  saves: ['columns'],
  gradient: (dy, { saved: { columns } }) => ({ values: () => gatherColumns(dy, columns) }),
};

const scatterNdOp: Op<{ updates: Tensor; indices: Tensor }, { shape: readonly [number, number] }> = {
  name: 'residual.scatterNd',
  tfjsKernel: 'ScatterNd',
  tfjsKernelWrongOn: ['webgl'],
  compose: ({ updates, indices }, { shape: [rows, vocab] }) => {
    const columns = sliceAxis(indices, 1, 1, 1);
    return mul(toFloat(equal(columns, reshape(range(vocab), [1, vocab]))), reshape(updates, [rows, 1]));
  },
};

/** Zeros with one value in each row: values [rows], columns int32 [rows] to [rows, vocab]. */
function scatterColumns(values: Tensor, columns: Tensor, vocab: number): Tensor {
  return runOp(scatterColumnsOp, { values, columns }, { vocab });
}
