// y[rows, outDim] = x[rows, inDim] weightᵀ + bias, for few rows: the weight [outDim, inDim] streams once through
// registers, as it lies. One row of x is bound by memory, and streams far apart keep it busiest; more rows are bound by
// arithmetic.
#include "few-rows.h"

// Row n of each quarter of the weight; past the end the last row is done again.
INLINE Four fourFrom(const float *weight, int n, int quarter, int inDim, int outDim) {
  int last = outDim - 1, n1 = n + quarter, n2 = n1 + quarter, n3 = n2 + quarter;
  if (n1 > last) n1 = last;
  if (n2 > last) n2 = last;
  if (n3 > last) n3 = last;
  return (Four){weight + n * inDim, weight + n1 * inDim, weight + n2 * inDim, weight + n3 * inDim, n, n1, n2, n3};
}

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
  int quarter = (outDim + STREAMS - 1) / STREAMS;
  for (int n = 0; n < quarter; n++) {
    Four four = fourFrom(weight, n, quarter, inDim, outDim);
    f4 sum = dotFour(x, four.w0, four.w1, four.w2, four.w3, inDim);
    storeFour(y, four, add(sum, biasOf(bias, four)));
  }
}

// Floats of each stream that all rows of x are multiplied with before the next: two rows of x stay in the first cache,
// these in the second.
enum { BLOCK = 24576 };

EXPORT void linearFewRows(const float *x, const float *weight, const float *bias, float *y, int rows, int inDim,
                          int outDim) {
  int quarter = (outDim + STREAMS - 1) / STREAMS, block = BLOCK / (inDim + 1) + 1;
  for (int from = 0; from < quarter; from += block) {
    int to = least(from + block, quarter);
    for (int n = from; n < outDim; n += quarter)
      touch(weight + n * inDim, 4 * least(to - from, outDim - n) * inDim, PAGE);
    for (int m = 0; m < rows; m += 2)
      for (int n = from; n < to; n++) {
        Four four = fourFrom(weight, n, quarter, inDim, outDim);
        f4 shift = biasOf(bias, four);
        if (m + 1 < rows) multiplyTile(x + m * inDim, four, shift, y + m * outDim, inDim, outDim, 2);
        else multiplyTile(x + m * inDim, four, shift, y + m * outDim, inDim, outDim, 1);
      }
  }
}
