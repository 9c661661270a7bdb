// y = x wᵀ for few rows of x and two rows of a weight.
#pragma once
#include "residual.h"

enum { MOST = 4 };

// `rows` (1 to MOST) rows of x with two rows of the weight.
INLINE void dotRows(const float *x, const float *w0, const float *w1, float bias0, float bias1, float *y0, float *y1,
                    int inDim, int outDim, const int rows) {
  f4 a[MOST], b[MOST];
  UNROLL for (int m = 0; m < rows; m++) a[m] = b[m] = splat(0);
  int i = 0;
  for (; i + 4 <= inDim; i += 4) {
    f4 v0 = load(w0 + i), v1 = load(w1 + i);
    UNROLL for (int m = 0; m < rows; m++) {
      f4 c = load(x + m * inDim + i);
      a[m] = multiplyAdd(c, v0, a[m]);
      b[m] = multiplyAdd(c, v1, b[m]);
    }
  }
  UNROLL for (int m = 0; m < rows; m++) {
    float s0 = sumLanes(a[m]), s1 = sumLanes(b[m]);
    for (int j = i; j < inDim; j++) {
      s0 += x[m * inDim + j] * w0[j];
      s1 += x[m * inDim + j] * w1[j];
    }
    y0[m * outDim] = s0 + bias0;
    y1[m * outDim] = s1 + bias1;
  }
}

// All rows of x, in groups of up to MOST, with two rows of the weight.
INLINE void dotAllRows(const float *x, const float *w0, const float *w1, float bias0, float bias1, float *y0, float *y1,
                       int rows, int inDim, int outDim) {
  int groups = (rows + MOST - 1) / MOST, size = rows / groups,
      larger = rows % groups; // so many groups have one row more
  for (int group = 0; group < groups; group++) {
    int count = group < larger ? size + 1 : size;
    switch (count) {
    case 1:
      dotRows(x, w0, w1, bias0, bias1, y0, y1, inDim, outDim, 1);
      break;
    case 2:
      dotRows(x, w0, w1, bias0, bias1, y0, y1, inDim, outDim, 2);
      break;
    case 3:
      dotRows(x, w0, w1, bias0, bias1, y0, y1, inDim, outDim, 3);
      break;
    default:
      dotRows(x, w0, w1, bias0, bias1, y0, y1, inDim, outDim, MOST);
    }
    x += count * inDim, y0 += count * outDim, y1 += count * outDim;
  }
}
