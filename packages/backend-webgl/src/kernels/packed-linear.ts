import { asMatrices, runPass } from '../program.js';
import type { Kernel } from './kernel.js';
import { gatherCode } from './linear.js';
import { packedCode, packedPass } from './packed-code.js';

/**
 * x weightᵀ + bias with a packed weight: [..., out]. Each texel of the result walks along two rows of x and the words
 * of two rows of the weight.
 */
export const packedLinear: Kernel<'packedLinear'> = (backend, { x, bias, ...bits }, { form }) => {
  const { inputs, ints, variants } = packedPass(backend, bits, form);
  const { total: outDim, ...lengths } = ints as { total: number };
  return runPass(backend, {
    inputs: { x, ...inputs, bias },
    shape: [...x.shape.slice(0, -1), outDim],
    ints: { ...lengths, outDim, inDim: x.shape.at(-1)! },
    variants: { ...variants, ONE_ROW: asMatrices(x.shape)[1] === 1 },
    code: packedCode + gatherCode + linearCode,
  });
};

/** dy weight, the gradient of x: [..., in]. Each texel of the result walks down two columns of the weight. */
export const packedLinearGradient: Kernel<'packedLinearGradient'> = (backend, { dy, ...bits }, { form, width }) => {
  const { inputs, ints, variants } = packedPass(backend, bits, form);
  return runPass(backend, {
    inputs: { dy, ...inputs },
    shape: [...dy.shape.slice(0, -1), width],
    ints: { ...ints, width },
    variants,
    code: packedCode + gradientCode,
  });
};

const linearCode = `
#ifdef HAS_scales
/** The entries 4 n .. 4 n + 3 of the group whose words begin at a texel; a row of the texture has whole groups. */
vec4 quadAt(ivec2 at, int n) {
  #ifdef INT4
  vec4 word = texelFetch(quants, at + ivec2(n & 3, 0), 0);
  #else
  vec4 word = texelFetch(quants, at + ivec2(n, 0), 0);
  #endif
  return bytesOf(floor(word * 255.0 + 0.5), n >= 4);
}
SUM sumOf(int row, ivec2 columns) {
  Walk a = walkFrom(x, row * pairCount(inDim));
  SUM sum = SUM(0.0);
  for (int group = 0; 32 * group < inDim; group++) {
    int start = group * (words / ((inDim + 31) / 32));
    ivec2 first = texelPosition(quants, columns.x * words + start);
    ivec2 second = texelPosition(quants, columns.y * words + start);
    int left = min(32, inDim - 32 * group);
    SUM part = SUM(0.0);
    for (int n = 0; 4 * n < left; n++) {
      vec4 q = quadAt(first, n);
      vec4 p = quadAt(second, n);
      vec4 v = next(x, a);
      if (4 * n + 1 == left) v.yw = vec2(0.0);
      part += GATHER(v, vec4(q.xy, p.xy));
      if (4 * n + 2 >= left) break;
      v = next(x, a);
      if (4 * n + 3 == left) v.yw = vec2(0.0);
      part += GATHER(v, vec4(q.zw, p.zw));
    }
    sum += part * SCALES(scaleOf(columns.x, group), scaleOf(columns.y, group));
  }
  return sum;
}
#else
SUM sumOf(int row, ivec2 columns) {
  Walk a = walkFrom(x, row * pairCount(inDim));
  Walk b = walkFrom(quants, columns.x * words);
  Walk c = walkFrom(quants, columns.y * words);
  SUM sum = SUM(0.0);
  for (int at = 0; at < inDim; at += 2) {
    vec4 v = next(x, a);
    vec2 q = halvesOf(floor(next(quants, b) * 255.0 + 0.5));
    vec2 p = halvesOf(floor(next(quants, c) * 255.0 + 0.5));
    if (at + 1 == inDim) v.yw = vec2(0.0);
    sum += GATHER(v, vec4(q, p));
  }
  return sum;
}
#endif
void main() {
  int i = texelIndex();
  int row = i / pairCount(outDim);
  int column = i - row * pairCount(outDim);
  setOutput(outputOf(sumOf(row, ivec2(2 * column, min(2 * column + 1, outDim - 1))), column));
}
`;

const gradientCode = `
void main() {
  int i = texelIndex();
  int line = i / pairCount(width);
  int column = 2 * (i - line * pairCount(width));
  Walk a = walkFrom(dy, line * pairCount(total));
  vec4 sum = vec4(0.0);
  for (int row = 0; row < total; row += 2) {
    vec4 v = next(dy, a);
    sum += v.xxzz * pairOf(row, column).xyxy;
    if (row + 1 < total) sum += v.yyww * pairOf(row + 1, column).xyxy;
  }
  setOutput(sum);
}
`;
