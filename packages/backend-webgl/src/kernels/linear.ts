import { asMatrices, runPass } from '../program.js';
import type { Kernel } from './kernel.js';

/**
 * x weightᵀ + bias: [..., out]. Each texel of the result walks along two rows of x and two rows of the weight, which
 * are contiguous.
 */
export const linear: Kernel<'linear'> = (backend, { x, weight, bias }) => {
  const rows = asMatrices(x.shape)[1];
  const [outDim, inDim] = weight.shape as [number, number];
  return runPass(backend, {
    inputs: { x, weight, bias },
    shape: [...x.shape.slice(0, -1), outDim],
    ints: { inDim, outDim },
    variants: { ONE_ROW: rows === 1 },
    code: gatherCode + code,
  });
};

/**
 * The sums of a texel of a product: `GATHER` multiplies a block of two rows of x, or of its only one with `ONE_ROW`, by
 * two entries of each of two rows of a weight; `outputOf` adds the bias.
 */
export const gatherCode = `
#ifdef ONE_ROW
  #define SUM vec2
  #define SCALES vec2
  #define GATHER(v, w) (v.x * (w).xz + v.y * (w).yw)
#else
  #define SUM vec4
  #define SCALES(first, second) vec2(first, second).xyxy
  #define GATHER(v, w) (v.xxzz * (w).xzxz + v.yyww * (w).ywyw)
#endif
vec4 outputOf(SUM sum, int column) {
#ifdef ONE_ROW
  vec4 y = sum.xyxy;
#else
  vec4 y = sum;
#endif
#ifdef HAS_bias
  y += texel(bias, column).xyxy;
#endif
  return y;
}
`;

const code = `
void main() {
  int i = texelIndex();
  int inner = pairCount(inDim);
  int row = i / pairCount(outDim);
  int column = i - row * pairCount(outDim);
  int whole = inDim / 2;
  Walk a = walkFrom(x, row * inner);
  Walk b = walkFrom(weight, column * inner);
  SUM sum = SUM(0.0);
  int at = 0;
  while (at < whole) {
    int end = min(whole, at + min(a.left, b.left));
    int steps = end - at;
    for (; at < end; at++) {
      vec4 v = texture(x, a.at * a.scale);
      vec4 w = texture(weight, b.at * b.scale);
      a.at.x += 1.0;
      b.at.x += 1.0;
      sum += GATHER(v, w);
    }
    wrap(a, steps);
    wrap(b, steps);
  }
  if (2 * whole < inDim) {
    vec4 v = texture(x, a.at * a.scale);
    vec4 w = texture(weight, b.at * b.scale);
    v.yw = vec2(0.0);
    w.yw = vec2(0.0);
    sum += GATHER(v, w);
  }
  setOutput(outputOf(sum, column));
}
`;
