// y[rows, outDim] = x[rows, inDim] weightᵀ + bias, for few rows: the weight [outDim, inDim] streams once through
// registers, as it lies. One row of x is bound by memory, and streams far apart keep it busiest; more rows are bound by
// arithmetic.
#include "few-rows.h"

// One row of x with four rows of the weight. One sum each: with two, to hide the latency of an addition, V8's code is
// slower by a third.
INLINE f4 dotFour(const float *x, const float *w0, const float *w1, const float *w2, const float *w3, int inDim) {
  f4 a = splat(0), b = a, c = a, d = a;
  int i = 0;
  for (; i + 8 <= inDim; i += 8) UNROLL for (int j = i; j < i + 8; j += 4) {
      f4 v = load(x + j);
      a = multiplyAdd(v, load(w0 + j), a), b = multiplyAdd(v, load(w1 + j), b);
      c = multiplyAdd(v, load(w2 + j), c), d = multiplyAdd(v, load(w3 + j), d);
    }
  f4 sum = sumEach(a, b, c, d);
  for (; i < inDim; i++) sum = multiplyAdd(splat(x[i]), wasm_f32x4_make(w0[i], w1[i], w2[i], w3[i]), sum);
  return sum;
}

EXPORT void linearOneRow(const float *x, const float *weight, const float *bias, float *y, int inDim, int outDim) {
  int quarter = (outDim + 3) / 4, last = outDim - 1;
  for (int n0 = 0; n0 < quarter; n0++) {
    int n1 = n0 + quarter, n2 = n1 + quarter, n3 = n2 + quarter;
    if (n1 > last) n1 = last; // past the end the last row is done again
    if (n2 > last) n2 = last;
    if (n3 > last) n3 = last;
    f4 sum = dotFour(x, weight + n0 * inDim, weight + n1 * inDim, weight + n2 * inDim, weight + n3 * inDim, inDim);
    if (bias) sum = add(sum, wasm_f32x4_make(bias[n0], bias[n1], bias[n2], bias[n3]));
    y[n0] = wasm_f32x4_extract_lane(sum, 0), y[n1] = wasm_f32x4_extract_lane(sum, 1);
    y[n2] = wasm_f32x4_extract_lane(sum, 2), y[n3] = wasm_f32x4_extract_lane(sum, 3);
  }
}

EXPORT void linearFewRows(const float *x, const float *weight, const float *bias, float *y, int rows, int inDim,
                          int outDim) {
  int half = (outDim + 1) / 2;
  for (int n = 0; n < half; n++) {
    int far = n + half < outDim ? n + half : n; // the middle row of an odd count is its own partner
    dotAllRows(x, weight + n * inDim, weight + far * inDim, bias ? bias[n] : 0, bias ? bias[far] : 0, y + n, y + far,
               rows, inDim, outDim);
  }
}
