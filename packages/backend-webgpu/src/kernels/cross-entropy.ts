import { runPass, threads } from '../program.js';
import type { Kernel } from './kernel.js';

/**
 * -log softmax(logits)[label] of each row, 0 where the label is `ignoreIndex`: [rows]. One workgroup per row reads it
 * once.
 */
export const crossEntropy: Kernel<'crossEntropy'> = (backend, { logits, labels }, { ignoreIndex }) => {
  const [rows, vocab] = logits.shape as [number, number];
  return runPass(backend, {
    inputs: { logits, labels },
    shape: [rows],
    ints: { rows, vocab, ignoreIndex },
    workgroups: rows,
    code: lossCode,
  });
};

/**
 * (softmax(logits) - 1 at the label) · dy of each row, 0 where the label is `ignoreIndex`: [rows, vocab]. Nothing else
 * of that size is allocated.
 */
export const crossEntropyGradient: Kernel<'crossEntropyGradient'> = (
  backend,
  { logits, labels, dy },
  { ignoreIndex },
) => {
  const [rows, vocab] = logits.shape as [number, number];
  return runPass(backend, {
    inputs: { logits, labels, dy },
    shape: [rows, vocab],
    ints: { rows, vocab, ignoreIndex },
    workgroups: rows,
    code: gradientCode,
  });
};

/** The largest logit of a row, and Σ e^(logit - largest); each thread of a workgroup reads a part of the row. */
const sumCode = `
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

const lossCode = `${sumCode}
fn main(index : i32) {
  let thread = i32(localId.x);
  let row = index / ${threads};
  let start = min(row, uniforms.rows - 1) * uniforms.vocab;
  let statistics = largestAndSum(thread, start);
  if (thread != 0 || row >= uniforms.rows) { return; }
  let label = labels[row];
  if (label == uniforms.ignoreIndex) {
    result[row] = 0.0;
  } else if (label < 0 || label >= uniforms.vocab) {
    result[row] = uniforms.INFINITY;
  } else {
    // The difference first: it is exact where the loss is small.
    let loss = statistics.x - logits[start + label] + log(statistics.y);
    result[row] = select(loss, uniforms.NAN, isnan(statistics.y)); // a logarithm may lose it
  }
}
`;

const gradientCode = `${sumCode}
fn main(index : i32) {
  let thread = i32(localId.x);
  let row = index / ${threads};
  let start = min(row, uniforms.rows - 1) * uniforms.vocab;
  let statistics = largestAndSum(thread, start);
  if (row >= uniforms.rows) { return; }
  let label = labels[row];
  let weight = select(dy[row], 0.0, label == uniforms.ignoreIndex);
  for (var i = thread; i < uniforms.vocab; i += ${threads}) {
    let probability = exp(logits[start + i] - statistics.x) / statistics.y;
    result[start + i] = (probability - select(0.0, 1.0, i == label)) * weight;
  }
}
`;
