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

// The sums of two rows of x with each of four rows of a weight.
typedef struct {
  f4 a[2], b[2], c[2], d[2];
} Sums;

// Adds the products of four columns of `rows` (1 or 2) rows of x, the second at x1.
INLINE void addColumns(Sums *sums, const float *x, const float *x1, const float *w0, const float *w1, const float *w2,
                       const float *w3, const int rows) {
  f4 v0 = load(w0), v1 = load(w1), v2 = load(w2), v3 = load(w3);
  UNROLL for (int m = 0; m < rows; m++) {
    f4 v = load(m ? x1 : x);
    sums->a[m] = multiplyAdd(v, v0, sums->a[m]), sums->b[m] = multiplyAdd(v, v1, sums->b[m]);
    sums->c[m] = multiplyAdd(v, v2, sums->c[m]), sums->d[m] = multiplyAdd(v, v3, sums->d[m]);
  }
}

// `rows` (1 or 2) rows of x with four rows of the weight. Each product is summed in the same order for 1 as for 2.
INLINE void multiplyTile(const float *x, Four four, f4 bias, float *y, int inDim, int outDim, const int rows) {
  const float *p = x, *p1 = x + inDim, *w0 = four.w0, *w1 = four.w1, *w2 = four.w2, *w3 = four.w3;
  Sums sums;
  UNROLL for (int m = 0; m < rows; m++) sums.a[m] = sums.b[m] = sums.c[m] = sums.d[m] = splat(0);
  // A branch after every four columns: V8 loads all that a straight piece of code needs at its start, and has registers
  // for four columns only.
  for (int left = inDim / 4; left > 0; left -= 4) {
    addColumns(&sums, p, p1, w0, w1, w2, w3, rows);
    if (left == 1) break;
    addColumns(&sums, p + 4, p1 + 4, w0 + 4, w1 + 4, w2 + 4, w3 + 4, rows);
    if (left == 2) break;
    addColumns(&sums, p + 8, p1 + 8, w0 + 8, w1 + 8, w2 + 8, w3 + 8, rows);
    if (left == 3) break;
    addColumns(&sums, p + 12, p1 + 12, w0 + 12, w1 + 12, w2 + 12, w3 + 12, rows);
    p += 16, p1 += 16, w0 += 16, w1 += 16, w2 += 16, w3 += 16;
  }
  UNROLL for (int m = 0; m < rows; m++) {
    f4 sum = sumEach(sums.a[m], sums.b[m], sums.c[m], sums.d[m]);
    for (int j = inDim & ~3; j < inDim; j++)
      sum = multiplyAdd(splat(x[m * inDim + j]), wasm_f32x4_make(four.w0[j], four.w1[j], four.w2[j], four.w3[j]), sum);
    storeFour(y + m * outDim, four, add(sum, bias));
  }
}
