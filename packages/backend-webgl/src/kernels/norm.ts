import type { NormKernel } from '@residual/tensor/kernels';
import type { WebGLBackend } from '../backend.js';
import { asMatrices, runPass } from '../program.js';

/**
 * Two passes: first mean and deviation of about √dim parts of each row, so that no texel walks a whole row; then the
 * normalization.
 */
export const normalize: NormKernel<WebGLBackend> = (backend, { x, weight, bias }, { epsilon, centered }) => {
  const [batch, rows, columns] = asMatrices(x.shape);
  const texels = Math.ceil(columns / 2);
  const parts = Math.ceil(Math.sqrt(texels / 2));
  const ints = { columns, parts, partLength: Math.ceil(texels / parts) };
  const variants = { CENTERED: centered };
  const statistics = runPass(backend, {
    inputs: { x },
    shape: [batch * Math.ceil(rows / 2), 2, 2 * parts],
    ints,
    variants,
    code: statisticsCode,
  });
  const y = runPass(backend, {
    inputs: { x, statistics, weight, bias },
    shape: x.shape,
    ints,
    floats: { epsilon },
    variants,
    code: scaleCode,
  });
  backend.disposeIntermediateTensorInfo(statistics);
  return y;
};

/**
 * Entries minus the first entry of their row, which keeps the precision of numbers far from 0 and close to each other.
 */
const offsetCode = `
vec4 fromFirst(int row, int at) {
  vec4 v = texel(x, row * pairCount(columns) + at);
#ifdef CENTERED
  v -= texel(x, row * pairCount(columns)).xxzz;
#endif
  return v;
}
`;

/** (mean, deviation) of two rows in xy and zw. The deviation, not its square, stays in the range of 16-bit floats. */
const statisticsCode = `${offsetCode}
vec4 read(int row, int at) {
  vec4 v = fromFirst(row, at);
  return 2 * at + 1 < columns ? v : vec4(v.x, 0.0, v.z, 0.0);
}
void main() {
  int i = texelIndex();
  int row = i / parts;
  int start = (i - row * parts) * partLength;
  int end = min(start + partLength, pairCount(columns));
  float count = float(max(min(2 * end, columns) - 2 * start, 1));
  vec2 mean = vec2(0.0);
#ifdef CENTERED
  for (int at = start; at < end; at++) {
    vec4 v = read(row, at);
    mean += v.xz + v.yw;
  }
  mean /= count;
#endif
  vec2 squares = vec2(0.0);
  for (int at = start; at < end; at++) {
    vec4 v = read(row, at) - mean.xxyy;
    if (2 * at + 1 >= columns) v.yw = vec2(0.0);
    squares += v.xz * v.xz + v.yw * v.yw;
  }
  vec2 deviation = sqrt(squares / count);
  setOutput(vec4(mean.x, deviation.x, mean.y, deviation.y));
}
`;

/** Combines the statistics of the parts without differences of large numbers (Chan, Golub and LeVeque 1983). */
const scaleCode = `${offsetCode}
void main() {
  int i = texelIndex();
  int row = i / pairCount(columns);
  int at = i - row * pairCount(columns);
  float count = 0.0;
  vec2 mean = vec2(0.0);
  vec2 squares = vec2(0.0);
  for (int part = 0; part < parts; part++) {
    int start = part * partLength;
    float more = float(min(2 * (start + partLength), columns) - 2 * start);
    if (more <= 0.0) break;
    vec4 s = texel(statistics, row * parts + part);
    float total = count + more;
#ifdef CENTERED
    vec2 difference = s.xz - mean;
    mean += difference * (more / total);
    squares += difference * difference * (count * more / total);
#endif
    squares += s.yw * s.yw * more;
    count = total;
  }
  vec2 inverse = inversesqrt(squares / count + epsilon);
  vec4 y = (fromFirst(row, at) - mean.xxyy) * inverse.xxyy;
#ifdef HAS_weight
  y *= texel(weight, at).xyxy;
#endif
#ifdef HAS_bias
  y += texel(bias, at).xyxy;
#endif
  setOutput(y);
}
`;
