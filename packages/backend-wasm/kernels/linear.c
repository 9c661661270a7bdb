// y[rows, outDim] = x[rows, inDim] weightᵀ + bias, for few rows: the weight [outDim, inDim] streams once through registers, as it lies.
#include "residual.h"

// ROWS rows of x with two rows of the weight. One row is bound by memory: two streams far apart keep it busiest, and
// twice four sums hide the latency of an addition. Four rows are bound by arithmetic.
INLINE void dot(const float *x, const float *w0, const float *w1, float bias0, float bias1, float *y0, float *y1,
                int inDim, int outDim, const int ROWS) {
  f4 sum0[4], sum1[4], more0 = splat(0), more1 = splat(0);
  UNROLL for (int m = 0; m < ROWS; m++) sum0[m] = sum1[m] = splat(0);
  int i = 0;
  if (ROWS == 1) {
    for (; i + 8 <= inDim; i += 8) {
      f4 a = load(x + i), b = load(x + i + 4);
      sum0[0] = multiplyAdd(a, load(w0 + i), sum0[0]);
      more0 = multiplyAdd(b, load(w0 + i + 4), more0);
      sum1[0] = multiplyAdd(a, load(w1 + i), sum1[0]);
      more1 = multiplyAdd(b, load(w1 + i + 4), more1);
    }
    sum0[0] = add(sum0[0], more0);
    sum1[0] = add(sum1[0], more1);
  }
  for (; i + 4 <= inDim; i += 4) {
    f4 a = load(w0 + i), b = load(w1 + i);
    UNROLL for (int m = 0; m < ROWS; m++) {
      f4 c = load(x + m * inDim + i);
      sum0[m] = multiplyAdd(c, a, sum0[m]);
      sum1[m] = multiplyAdd(c, b, sum1[m]);
    }
  }
  UNROLL for (int m = 0; m < ROWS; m++) {
    float s0 = sumLanes(sum0[m]), s1 = sumLanes(sum1[m]);
    for (int j = i; j < inDim; j++) {
      s0 += x[m * inDim + j] * w0[j];
      s1 += x[m * inDim + j] * w1[j];
    }
    y0[m * outDim] = s0 + bias0;
    y1[m * outDim] = s1 + bias1;
  }
}

EXPORT void linearFewRows(const float *x, const float *weight, const float *bias, float *y, int rows, int inDim, int outDim) {
  int half = (outDim + 1) / 2;
  for (int n = 0; n < half; n++) {
    int far = n + half < outDim ? n + half : n; // the middle row of an odd count is its own partner
    const float *w0 = weight + n * inDim, *w1 = weight + far * inDim;
    float bias0 = bias ? bias[n] : 0, bias1 = bias ? bias[far] : 0;
    int m = 0;
    for (; m + 4 <= rows; m += 4) dot(x + m * inDim, w0, w1, bias0, bias1, y + m * outDim + n, y + m * outDim + far, inDim, outDim, 4);
    const float *from = x + m * inDim;
    float *y0 = y + m * outDim + n, *y1 = y + m * outDim + far;
    if (rows - m == 3) dot(from, w0, w1, bias0, bias1, y0, y1, inDim, outDim, 3);
    if (rows - m == 2) dot(from, w0, w1, bias0, bias1, y0, y1, inDim, outDim, 2);
    if (rows - m == 1) dot(from, w0, w1, bias0, bias1, y0, y1, inDim, outDim, 1);
  }
}
