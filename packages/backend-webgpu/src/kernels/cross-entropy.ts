import type {
  CrossEntropyAttributes,
  CrossEntropyGradientInputs,
  CrossEntropyInputs,
  KernelInputs,
} from '@residual/tensor';
import { runPass, threads } from '../program.js';
import type { Kernel } from './kernel.js';

type Inputs = KernelInputs<CrossEntropyInputs>;
type GradientInputs = KernelInputs<CrossEntropyGradientInputs>;

/**
 * -log softmax(logits)[label] of each row, 0 where the label is `ignoreIndex`: [rows]. One workgroup per row reads it
 * once.
 */
export const crossEntropy: Kernel<Inputs, CrossEntropyAttributes> = (backend, { logits, labels }, { ignoreIndex }) => {
  const [rows, vocab] = logits.shape as [number, number];
  return runPass(backend, {
    inputs: { logits, labels },
    shape: [rows],
    ints: { rows, vocab, ignored: ignoreIndex },
    workgroups: rows,
    code: losses,
  });
};

/**
 * (softmax(logits) - 1 at the label) · dy of each row, 0 where the label is `ignoreIndex`: [rows, vocab]. Nothing else
 * of that size is allocated.
 */
export const crossEntropyGradient: Kernel<GradientInputs, CrossEntropyAttributes> = (
  backend,
  { logits, labels, dy },
  { ignoreIndex },
) => {
  const [rows, vocab] = logits.shape as [number, number];
  return runPass(backend, {
    inputs: { logits, labels, dy },
    shape: [rows, vocab],
    ints: { rows, vocab, ignored: ignoreIndex },
    workgroups: rows,
    code: gradients,
  });
};

/** The largest logit of a row, and Σ e^(logit - largest); each thread of a workgroup reads a part of the row. */
const sums = `
var<workgroup> tops : array<f32, ${threads}>;
var<workgroup> sums : array<f32, ${threads}>;
fn largestAndSum(thread : i32, start : i32) -> vec2<f32> {
  var top = -3.0e38;
  var sum = 0.0;
  for (var i = thread; i < uniforms.vocab; i += ${threads}) {
    let v = logits[start + i];
    let higher = max(top, v);
    sum = sum * exp(top - higher) + exp(v - higher);
    top = higher;
  }
  tops[thread] = top;
  sums[thread] = sum;
  workgroupBarrier();
  var highest = -3.0e38;
  for (var i = 0; i < ${threads}; i++) { highest = max(highest, tops[i]); }
  var total = 0.0;
  for (var i = 0; i < ${threads}; i++) { total += sums[i] * exp(tops[i] - highest); }
  return vec2<f32>(highest, total);
}
`;

const losses = `${sums}
fn main(index : i32) {
  let thread = i32(localId.x);
  let row = index / ${threads};
  let start = min(row, uniforms.rows - 1) * uniforms.vocab;
  let found = largestAndSum(thread, start);
  if (thread != 0 || row >= uniforms.rows) { return; }
  let label = labels[row];
  if (label == uniforms.ignored) {
    result[row] = 0.0;
  } else if (label < 0 || label >= uniforms.vocab) {
    result[row] = uniforms.INFINITY;
  } else {
    // The difference first: it is exact where the loss is small.
    let loss = found.x - logits[start + label] + log(found.y);
    result[row] = select(loss, uniforms.NAN, isnan(found.y)); // a logarithm may lose it
  }
}
`;

const gradients = `${sums}
fn main(index : i32) {
  let thread = i32(localId.x);
  let row = index / ${threads};
  let start = min(row, uniforms.rows - 1) * uniforms.vocab;
  let found = largestAndSum(thread, start);
  if (row >= uniforms.rows) { return; }
  let label = labels[row];
  let weight = select(dy[row], 0.0, label == uniforms.ignored);
  for (var i = thread; i < uniforms.vocab; i += ${threads}) {
    let share = exp(logits[start + i] - found.x) / found.y;
    result[start + i] = (share - select(0.0, 1.0, i == label)) * weight;
  }
}
`;
