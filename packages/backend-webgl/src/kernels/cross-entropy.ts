import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WebGLBackend } from '../backend.js';
import { runPass } from '../program.js';
import type { Kernel } from './kernel.js';

/**
 * -log softmax(logits)[label] of each row, 0 where the label is `ignoreIndex`: [rows]. The composition indexes entries
 * of the whole matrix, and textures hold integers only up to 2²⁴; this kernel indexes within a row.
 */
export const crossEntropy: Kernel<'crossEntropy'> = (backend, { logits, labels }, { ignoreIndex }) => {
  const [rows, vocab] = logits.shape as [number, number];
  const sums = sumsOf(backend, logits);
  const loss = runPass(backend, {
    inputs: { logits, labels, sums },
    shape: [rows],
    ints: { rows, vocab, ignoreIndex },
    floats: { infinite: Number.POSITIVE_INFINITY },
    code: lossCode,
  });
  backend.disposeIntermediateTensorInfo(sums);
  return loss;
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
  const sums = sumsOf(backend, logits);
  const gradient = runPass(backend, {
    inputs: { logits, labels, dy, sums },
    shape: [rows, vocab],
    ints: { rows, vocab, ignoreIndex },
    code: gradientCode,
  });
  backend.disposeIntermediateTensorInfo(sums);
  return gradient;
};

/** (largest, Σ e^(logit - largest)) of two rows in xy and zw: first of parts of the rows, then of whole rows. */
function sumsOf(backend: WebGLBackend, logits: TensorInfo): TensorInfo {
  const [rows, vocab] = logits.shape as [number, number];
  const [pairs, texels] = [Math.ceil(rows / 2), Math.ceil(vocab / 2)];
  const parts = Math.ceil(Math.sqrt(texels));
  const ints = { vocab, parts, partLength: Math.ceil(texels / parts) };
  const partSums = runPass(backend, { inputs: { logits }, shape: [pairs, 2, 2 * parts], ints, code: partSumCode });
  const sums = runPass(backend, { inputs: { partSums }, shape: [pairs, 2, 2], ints: { parts }, code: rowSumCode });
  backend.disposeIntermediateTensorInfo(partSums);
  return sums;
}

const partSumCode = `
void main() {
  int i = texelIndex();
  int pair = i / parts;
  int start = (i - pair * parts) * partLength;
  int end = min(start + partLength, pairCount(vocab));
  vec2 largest = vec2(-3.0e38);
  for (int at = start; at < end; at++) {
    vec4 v = texel(logits, pair * pairCount(vocab) + at);
    largest = max(largest, v.xz);
    if (2 * at + 1 < vocab) largest = max(largest, v.yw);
  }
  vec2 sum = vec2(0.0);
  for (int at = start; at < end; at++) {
    vec4 v = texel(logits, pair * pairCount(vocab) + at);
    sum += exp(v.xz - largest);
    if (2 * at + 1 < vocab) sum += exp(v.yw - largest);
  }
  setOutput(vec4(largest.x, sum.x, largest.y, sum.y));
}
`;

const rowSumCode = `
void main() {
  int pair = texelIndex();
  vec2 largest = vec2(-3.0e38);
  for (int part = 0; part < parts; part++) largest = max(largest, texel(partSums, pair * parts + part).xz);
  vec2 sum = vec2(0.0);
  for (int part = 0; part < parts; part++) {
    vec4 s = texel(partSums, pair * parts + part);
    sum += s.yw * exp(s.xz - largest);
  }
  setOutput(vec4(largest.x, sum.x, largest.y, sum.y));
}
`;

const labelCode = `
int labelOf(int row) { return int(entry(labels, 1, rows, 0, 0, min(row, rows - 1))); }
float counts(int row) { return labelOf(row) == ignoreIndex ? 0.0 : 1.0; }
`;

const lossCode = `${labelCode}
float lossOf(int row, float largest, float sum) {
  int label = labelOf(row);
  if (label == ignoreIndex) return 0.0;
  if (label < 0 || label >= vocab) return infinite;
  // The difference first: it is exact where the loss is small.
  return largest - entry(logits, rows, vocab, 0, row, label) + log(sum);
}
void main() {
  int row = 2 * texelIndex();
  vec4 s = texel(sums, texelIndex());
  setOutput(vec4(lossOf(row, s.x, s.y), row + 1 < rows ? lossOf(row + 1, s.z, s.w) : 0.0, 0.0, 0.0));
}
`;

const gradientCode = `${labelCode}
float weightOf(int row) { return entry(dy, 1, rows, 0, 0, min(row, rows - 1)) * counts(row); }
void main() {
  int i = texelIndex();
  int pair = i / pairCount(vocab);
  int row = 2 * pair;
  int column = 2 * (i - pair * pairCount(vocab));
  vec4 s = texel(sums, pair);
  vec4 probabilities = exp(texel(logits, i) - s.xxzz) / s.yyww;
  ivec2 label = ivec2(labelOf(row), labelOf(row + 1)) - column;
  vec4 oneHot = vec4(equal(label.xxyy, ivec4(0, 1, 0, 1)));
  setOutput((probabilities - oneHot) * vec2(weightOf(row), weightOf(row + 1)).xxyy);
}
`;
