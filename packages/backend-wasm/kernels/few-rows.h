// y = x wᵀ for few rows of x and four rows of a weight at a time: a tile of 2 x 4 sums is held in registers.
#pragma once
#include "residual.h"

enum { STREAMS = 4 }; // rows of the weight that are read at once

// Four rows of a weight, and where their products go.
typedef struct {
  const float *w0, *w1, *w2, *w3;
  int n0, n1, n2, n3;
} Four;

INLINE void storeFour(float *y, Four four, f4 sums) {
  y[four.n0] = wasm_f32x4_extract_lane(sums, 0), y[four.n1] = wasm_f32x4_extract_lane(sums, 1);
  y[four.n2] = wasm_f32x4_extract_lane(sums, 2), y[four.n3] = wasm_f32x4_extract_lane(sums, 3);
}

INLINE f4 biasOf(const float *bias, Four four) {
  return bias ? wasm_f32x4_make(bias[four.n0], bias[four.n1], bias[four.n2], bias[four.n3]) : splat(0);
}

// `rows` (1 or 2) rows of x with four rows of the weight. Each product is summed in the same order for 1 as for 2.
INLINE void multiplyTile(const float *x, Four four, f4 bias, float *y, int inDim, int outDim, const int rows) {
  const float *w0 = four.w0, *w1 = four.w1, *w2 = four.w2, *w3 = four.w3;
  f4 a[2], b[2], c[2], d[2];
  UNROLL for (int m = 0; m < rows; m++) a[m] = b[m] = c[m] = d[m] = splat(0);
  int i = 0;
  for (; i + 4 <= inDim; i += 4) {
    f4 v0 = load(w0 + i), v1 = load(w1 + i), v2 = load(w2 + i), v3 = load(w3 + i);
    UNROLL for (int m = 0; m < rows; m++) {
      f4 v = load(x + m * inDim + i);
      a[m] = multiplyAdd(v, v0, a[m]), b[m] = multiplyAdd(v, v1, b[m]);
      c[m] = multiplyAdd(v, v2, c[m]), d[m] = multiplyAdd(v, v3, d[m]);
    }
  }
  UNROLL for (int m = 0; m < rows; m++) {
    f4 sums = sumEach(a[m], b[m], c[m], d[m]);
    for (int j = i; j < inDim; j++)
      sums = multiplyAdd(splat(x[m * inDim + j]), wasm_f32x4_make(w0[j], w1[j], w2[j], w3[j]), sums);
    storeFour(y + m * outDim, four, add(sums, bias));
  }
}
