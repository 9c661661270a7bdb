// Layer norm and RMS norm over the last dimension.
#include "residual.h"

// The sums of (x - shift) and of its square over a row, in eight and eight lanes: exact enough for a mean of 100 ± 1.
INLINE void moments(const float *x, int dim, float shift, float *sum, float *squares) {
  f4 s0 = splat(0), s1 = s0, q0 = s0, q1 = s0, center = splat(shift);
  int i = 0;
  for (; i + 8 <= dim; i += 8) {
    f4 a = sub(load(x + i), center), b = sub(load(x + i + 4), center);
    s0 = add(s0, a);
    s1 = add(s1, b);
    q0 = multiplyAdd(a, a, q0);
    q1 = multiplyAdd(b, b, q1);
  }
  float s = sumLanes(add(s0, s1)), q = sumLanes(add(q0, q1));
  for (; i < dim; i++) {
    float d = x[i] - shift;
    s += d;
    q += d * d;
  }
  *sum = s;
  *squares = q;
}

// y = ((x - shift) - rest) factor weight + bias; weight and bias may be null. In two steps, since shift + rest would
// round.
INLINE void scale(const float *x, const float *weight, const float *bias, float *y, int dim, float shift, float rest,
                  float factor) {
  f4 center = splat(shift), off = splat(rest), times = splat(factor);
  int i = 0;
  for (; i + 4 <= dim; i += 4) {
    f4 v = mul(sub(sub(load(x + i), center), off), times);
    if (weight) v = mul(v, load(weight + i));
    store(y + i, bias ? add(v, load(bias + i)) : v);
  }
  for (; i < dim; i++) y[i] = (x[i] - shift - rest) * factor * (weight ? weight[i] : 1) + (bias ? bias[i] : 0);
}

EXPORT void layerNorm(const float *x, const float *weight, const float *bias, float *y, int rows, int dim,
                      float epsilon) {
  for (int r = 0; r < rows; r++, x += dim, y += dim) {
    float sum, squares, rest;
    moments(x, dim, 0, &sum, &squares);
    float mean = sum / dim;
    moments(x, dim, mean, &rest, &squares); // the rest is what rounding left of the mean
    rest /= dim;
    float variance = squares / dim - rest * rest;
    scale(x, weight, bias, y, dim, mean, rest, 1 / __builtin_sqrtf(variance + epsilon));
  }
}

EXPORT void rmsNorm(const float *x, const float *weight, float *y, int rows, int dim, float epsilon) {
  for (int r = 0; r < rows; r++, x += dim, y += dim) {
    float sum, squares;
    moments(x, dim, 0, &sum, &squares);
    scale(x, weight, 0, y, dim, 0, 0, 1 / __builtin_sqrtf(squares / dim + epsilon));
  }
}
