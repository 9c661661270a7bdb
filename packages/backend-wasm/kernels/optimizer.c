// Updates of optimizers, entry by entry, in the order of operations of their compositions.
#include "residual.h"

// y = decay mean + rest x, or x² in the place of x.
INLINE void mean(const float *before, const float *x, float *y, int count, float decay, float rest,
                 const int squares) {
  int i = 0;
  for (; i + 4 <= count; i += 4) {
    f4 v = load(x + i);
    store(y + i, add(mul(load(before + i), splat(decay)), mul(squares ? mul(v, v) : v, splat(rest))));
  }
  for (; i < count; i++) y[i] = before[i] * decay + (squares ? x[i] * x[i] : x[i]) * rest;
}
EXPORT void movingMean(const float *before, const float *x, float *y, int count, float decay, float rest,
                       int squares) {
  if (squares) mean(before, x, y, count, decay, rest, 1);
  else mean(before, x, y, count, decay, rest, 0);
}

// y = weight - decay weight - step first / (unbias √second + epsilon)
EXPORT void adamStep(const float *weight, const float *first, const float *second, float *y, int count, float step,
                     float unbias, float decay, float epsilon) {
  int i = 0;
  for (; i + 4 <= count; i += 4) {
    f4 w = load(weight + i), root = add(mul(wasm_f32x4_sqrt(load(second + i)), splat(unbias)), splat(epsilon));
    if (decay != 0) w = sub(w, mul(w, splat(decay)));
    store(y + i, sub(w, mul(divide(load(first + i), root), splat(step))));
  }
  for (; i < count; i++) {
    float w = weight[i], root = __builtin_sqrtf(second[i]) * unbias + epsilon;
    if (decay != 0) w = w - w * decay;
    y[i] = w - first[i] / root * step;
  }
}
