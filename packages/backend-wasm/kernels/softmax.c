// Softmax over the last dimension, and the sums of exponentials that its logarithm needs.
#include "residual.h"

INLINE float greatestOf(const float *x, int dim) {
  float greatest = x[0];
  f4 top = splat(greatest);
  int i = 0;
  for (; i + 4 <= dim; i += 4) top = wasm_f32x4_pmax(top, load(x + i));
  greatest = maxLanes(top);
  for (; i < dim; i++) greatest = x[i] > greatest ? x[i] : greatest;
  return greatest;
}

// The sum of exp(x - shift), in sixteen lanes so that 50,000 numbers lose little; the exponentials go to y if it is not
// null.
INLINE float sumOfExponentials(const float *x, int dim, float shift, float *y) {
  f4 s0 = splat(0), s1 = s0, s2 = s0, s3 = s0, center = splat(shift);
  int i = 0;
  for (; i + 16 <= dim; i += 16) {
    f4 a = exponential(sub(load(x + i), center)), b = exponential(sub(load(x + i + 4), center));
    f4 c = exponential(sub(load(x + i + 8), center)), d = exponential(sub(load(x + i + 12), center));
    s0 = add(s0, a), s1 = add(s1, b), s2 = add(s2, c), s3 = add(s3, d);
    if (y) store(y + i, a), store(y + i + 4, b), store(y + i + 8, c), store(y + i + 12, d);
  }
  for (; i + 4 <= dim; i += 4) {
    f4 a = exponential(sub(load(x + i), center));
    s0 = add(s0, a);
    if (y) store(y + i, a);
  }
  if (i < dim) {
    f4 a = exponential(sub(loadFirst(x + i, dim - i, -__builtin_inff()), center));
    s1 = add(s1, a);
    if (y) storeFirst(y + i, dim - i, a);
  }
  return sumLanes(add(add(s0, s1), add(s2, s3)));
}

// y[rows, dim] = softmax(x)
EXPORT void softmax(const float *x, float *y, int rows, int dim) {
  for (int r = 0; r < rows; r++, x += dim, y += dim) {
    float factor = 1 / sumOfExponentials(x, dim, greatestOf(x, dim), y);
    int i = 0;
    for (; i + 4 <= dim; i += 4) store(y + i, mul(load(y + i), splat(factor)));
    for (; i < dim; i++) y[i] *= factor;
  }
}

// For each row of x [rows, dim]: its greatest number, and the sum of exp(x - greatest).
EXPORT void exponentialSums(const float *x, float *greatest, float *sums, int rows, int dim) {
  for (int r = 0; r < rows; r++, x += dim) {
    greatest[r] = greatestOf(x, dim);
    sums[r] = sumOfExponentials(x, dim, greatest[r], 0);
  }
}

// y[rows, vocab] = (softmax(x) - 1 at the label) dy of each row; 0 where the label is `ignored`.
EXPORT void crossEntropyGradient(const float *x, const int *labels, const float *dy, float *y, int rows, int vocab,
                                 int ignored) {
  for (int r = 0; r < rows; r++, x += vocab, y += vocab) {
    float weight = labels[r] == ignored ? 0 : dy[r];
    float factor = weight / sumOfExponentials(x, vocab, greatestOf(x, vocab), y);
    int i = 0;
    for (; i + 4 <= vocab; i += 4) store(y + i, mul(load(y + i), splat(factor)));
    for (; i < vocab; i++) y[i] *= factor;
    if (labels[r] != ignored && labels[r] >= 0 && labels[r] < vocab) y[labels[r]] -= weight;
  }
}
