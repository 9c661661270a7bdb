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

// Adds the products of the four columns from `at` on of `rows` (1 or 2) rows of x, the second at x1.
INLINE void addColumns(Sums *sums, const float *x, const float *x1, Four four, const int at, const int rows) {
  f4 v0 = load(four.w0 + at), v1 = load(four.w1 + at), v2 = load(four.w2 + at), v3 = load(four.w3 + at);
  UNROLL for (int m = 0; m < rows; m++) {
    f4 v = load((m ? x1 : x) + at);
    sums->a[m] = multiplyAdd(v, v0, sums->a[m]), sums->b[m] = multiplyAdd(v, v1, sums->b[m]);
    sums->c[m] = multiplyAdd(v, v2, sums->c[m]), sums->d[m] = multiplyAdd(v, v3, sums->d[m]);
  }
}

// `rows` (1 or 2) rows of x with four rows of the weight. Each product is summed in the same order for 1 as for 2.
INLINE void multiplyTile(const float *x, Four four, f4 bias, float *y, int inDim, int outDim, const int rows) {
  const float *p = x, *p1 = x + inDim;
  Four rest = four;
  Sums sums;
  UNROLL for (int m = 0; m < rows; m++) sums.a[m] = sums.b[m] = sums.c[m] = sums.d[m] = splat(0);
  // A branch after every four columns: V8 loads all that a straight piece of code needs at its start, and has registers
  // for four columns only.
  for (int left = inDim / 4; left > 0; left -= 4) {
    addColumns(&sums, p, p1, rest, 0, rows);
    if (left == 1) break;
    addColumns(&sums, p, p1, rest, 4, rows);
    if (left == 2) break;
    addColumns(&sums, p, p1, rest, 8, rows);
    if (left == 3) break;
    addColumns(&sums, p, p1, rest, 12, rows);
    p += 16, p1 += 16, rest.w0 += 16, rest.w1 += 16, rest.w2 += 16, rest.w3 += 16;
  }
  UNROLL for (int m = 0; m < rows; m++) {
    f4 sum = sumEach(sums.a[m], sums.b[m], sums.c[m], sums.d[m]);
    for (int j = inDim & ~3; j < inDim; j++)
      sum = multiplyAdd(splat(x[m * inDim + j]), wasm_f32x4_make(four.w0[j], four.w1[j], four.w2[j], four.w3[j]), sum);
    storeFour(y + m * outDim, four, add(sum, bias));
  }
}
