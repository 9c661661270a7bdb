import { expectShape, showShape } from '../errors.js';
import { type Tensor, tidy } from '../tensor.js';
import { add, mul, sub } from './arithmetic.js';
import { lastAxis } from './axes.js';
import { zeros } from './create.js';
import { exp, log } from './functions.js';
import { clone, type NoAttributes, type Op, runOp, type UnaryInputs } from './op.js';
import { max } from './reduce.js';
import { reshape } from './shape.js';
import { sum } from './sum.js';

/** The inputs of `residual.softmax`. */
export type SoftmaxInputs = {
  /** [rows, length]. */
  readonly logits: Tensor;
};

const softmaxOp: Op<SoftmaxInputs, { dim: 1 }> = {
  name: 'residual.softmax',
  tfjsKernel: 'Softmax',
  saves: ['output'],
  gradient: (dy, { saved: { output } }) => ({
    logits: () => mul(output, sub(dy, sum(mul(dy, output), lastAxis))),
  }),
};

/** eˣ / Σ eˣ along the last axis: [..., length] to [..., length]. */
export function softmax(x: Tensor): Tensor {
  expectRow('softmax', x);
  if (x.size === 0) return clone(x);
  if (x.shape.length === 2) return runOp(softmaxOp, { logits: x }, { dim: 1 });
  return tidy(() => {
    const rows = reshape(x, [-1, x.shape.at(-1)!]);
    return reshape(runOp(softmaxOp, { logits: rows }, { dim: 1 }), x.shape);
  });
}

/** The attributes of `residual.logSumExp`. */
export type LogSumExpAttributes = { readonly keepDims: boolean };

const logSumExpOp: Op<UnaryInputs, LogSumExpAttributes> = {
  name: 'residual.logSumExp',
  compose: ({ x }, { keepDims }) => {
    const largest = max(x, lastAxis);
    const result = add(largest, log(sum(exp(sub(x, largest)), lastAxis)));
    return keepDims ? result : reshape(result, x.shape.slice(0, -1));
  },
  saves: ['x'],
  gradient: (dy, { saved: { x }, shapes }) => ({
    x: () => mul(softmax(x), reshape(dy, [...shapes.x.slice(0, -1), 1])),
  }),
};

/** log Σ eˣ along the last axis: [..., length] to [...], or [..., 1] with `keepDims`. */
export function logSumExp(x: Tensor, { keepDims = false }: { keepDims?: boolean } = {}): Tensor {
  expectRow('logSumExp', x);
  expectShape(x.shape.at(-1)! > 0, () => `logSumExp: ${showShape(x.shape)} has no entries along its last axis`);
  if (x.size === 0) return zeros([...x.shape.slice(0, -1), ...(keepDims ? [1] : [])]);
  return runOp(logSumExpOp, { x }, { keepDims });
}

const logSoftmaxOp: Op<UnaryInputs, NoAttributes> = {
  name: 'residual.logSoftmax',
  compose: ({ x }) => {
    const shifted = sub(x, max(x, lastAxis)); // before adding the logarithm, which a large x would absorb
    return sub(shifted, log(sum(exp(shifted), lastAxis)));
  },
  saves: ['output'],
  gradient: (dy, { saved: { output } }) => ({ x: () => sub(dy, mul(exp(output), sum(dy, lastAxis))) }),
};

/** x - log Σ eˣ along the last axis: [..., length] to [..., length]. */
export function logSoftmax(x: Tensor): Tensor {
  expectRow('logSoftmax', x);
  if (x.size === 0) return clone(x);
  return runOp(logSoftmaxOp, { x }, {});
}

function expectRow(name: string, x: Tensor): void {
  expectShape(x.shape.length > 0, () => `${name}: a single number has no last axis`);
}
