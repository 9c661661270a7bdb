import type { TensorInfo } from '@tensorflow/tfjs-core';
import { runPass } from '../program.js';
import type { Kernel } from './kernel.js';

interface Inputs {
  /** [rows, vocab] */
  logits: TensorInfo;
  /** int32 [rows] */
  labels: TensorInfo;
}

/**
 * -log softmax(logits)[label] of each row, 0 where the label is `ignore`. The composition counts entries of the whole matrix, and textures hold whole
 * numbers only up to 2²⁴; this counts within a row.
 */
export const crossEntropy: Kernel<Inputs, { ignore: number }> = (backend, { logits, labels }, { ignore }) => {
  const [rows, vocab] = logits.shape as [number, number];
  const texels = Math.ceil(vocab / 2);
  const parts = Math.ceil(Math.sqrt(texels));
  const ints = { rows, vocab, parts, partLength: Math.ceil(texels / parts) };
  const sums = runPass(backend, {
    inputs: { logits },
    shape: [Math.ceil(rows / 2), 2, 2 * parts],
    ints,
    code: partSums,
  });
  const loss = runPass(backend, {
    inputs: { logits, labels, sums },
    shape: [rows],
    ints: { ...ints, ignored: ignore },
    code: losses,
  });
  backend.disposeIntermediateTensorInfo(sums);
  return loss;
};

/** Of two rows at once: (largest, Σ e^(logit - largest)) in xy and zw. */
const partSums = `
void main() {
  int i = here();
  int pair = i / parts;
  int start = (i - pair * parts) * partLength;
  int end = min(start + partLength, halved(vocab));
  vec2 largest = vec2(-3.0e38);
  for (int at = start; at < end; at++) {
    vec4 v = texel(logits, pair * halved(vocab) + at);
    largest = max(largest, v.xz);
    if (2 * at + 1 < vocab) largest = max(largest, v.yw);
  }
  vec2 sum = vec2(0.0);
  for (int at = start; at < end; at++) {
    vec4 v = texel(logits, pair * halved(vocab) + at);
    sum += exp(v.xz - largest);
    if (2 * at + 1 < vocab) sum += exp(v.yw - largest);
  }
  setOutput(vec4(largest.x, sum.x, largest.y, sum.y));
}
`;

const losses = `
float chosen(int row) {
  int label = int(entry(labels, 1, rows, 0, 0, row));
  return entry(logits, rows, vocab, 0, row, max(label, 0));
}
float counts(int row) {
  return int(entry(labels, 1, rows, 0, 0, row)) == ignored ? 0.0 : 1.0;
}
void main() {
  int pair = here();
  vec2 largest = vec2(-3.0e38);
  for (int part = 0; part < parts; part++) largest = max(largest, texel(sums, pair * parts + part).xz);
  vec2 sum = vec2(0.0);
  for (int part = 0; part < parts; part++) {
    vec4 s = texel(sums, pair * parts + part);
    sum += s.yw * exp(s.xz - largest);
  }
  int row = 2 * pair;
  // The difference first: it is exact where the loss is small.
  float first = (largest.x - chosen(row) + log(sum.x)) * counts(row);
  float second = row + 1 < rows ? (largest.y - chosen(row + 1) + log(sum.y)) * counts(row + 1) : 0.0;
  setOutput(vec4(first, second, 0.0, 0.0));
}
`;
