// Activations, alone and as the gate of a gated mlp (Shazeer, "GLU Variants Improve Transformer", 2020).
#include "residual.h"

// The numbers are those of src/kernels/activation.ts.
enum { IDENTITY, RELU, SIGMOID, SILU, GELU, GELU_TANH, TANH };

INLINE f4 activated(f4 x, const int kind) {
  if (kind == RELU) return wasm_f32x4_pmax(x, splat(0));
  if (kind == SIGMOID) return sigmoid(x);
  if (kind == TANH) return hyperbolicTangent(x);
  // The others are x g(x) with g(-x) = 1 - g(x), computed as max(x, 0) - |x| g(-|x|): for large x the error of g hardly
  // counts.
  f4 size = wasm_f32x4_abs(x), rest = splat(0);
  if (kind == SILU) rest = sigmoid(wasm_f32x4_neg(size));
  if (kind == GELU) rest = normalTail(size);
  // 0.5 (1 + tanh(u)) is sigmoid(2 u), u = √(2/π) (x + 0.044715 x³)
  if (kind == GELU_TANH)
    rest = sigmoid(mul(mul(size, splat(-1.5957691216f)), multiplyAdd(mul(x, x), splat(0.044715f), splat(1))));
  return kind == IDENTITY ? x : sub(wasm_f32x4_pmax(x, splat(0)), mul(size, rest));
}

INLINE void run(const float *x, const float *up, float *y, int count, const int kind) {
  int i = 0;
  for (; i + 4 <= count; i += 4) {
    f4 v = activated(load(x + i), kind);
    store(y + i, up ? mul(v, load(up + i)) : v);
  }
  if (i < count) {
    f4 v = activated(loadFirst(x + i, count - i, 0), kind);
    storeFirst(y + i, count - i, up ? mul(v, loadFirst(up + i, count - i, 0)) : v);
  }
}

// y = activation(x), times `up` where it is not null.
EXPORT void activate(const float *x, const float *up, float *y, int count, int kind) {
  switch (kind) {
  case RELU:
    return run(x, up, y, count, RELU);
  case SIGMOID:
    return run(x, up, y, count, SIGMOID);
  case SILU:
    return run(x, up, y, count, SILU);
  case GELU:
    return run(x, up, y, count, GELU);
  case GELU_TANH:
    return run(x, up, y, count, GELU_TANH);
  case TANH:
    return run(x, up, y, count, TANH);
  default:
    return run(x, up, y, count, IDENTITY);
  }
}

// The derivative of x g(x) with g(-x) = 1 - g(x): g(x) + x g'(x), where g'(-x) = g'(x). From |x| = 30 on it is 0 or 1.
INLINE f4 derivative(f4 x, const int kind) {
  f4 size = atMost(wasm_f32x4_abs(x), splat(30)), rest = splat(0), slope = rest; // 1 - g(|x|), and |x| g'(|x|)
  if (kind == SILU) {
    rest = sigmoid(wasm_f32x4_neg(size));
    slope = mul(size, mul(rest, sub(splat(1), rest)));
  }
  if (kind == GELU) {
    rest = normalTail(size);
    slope = mul(mul(size, splat(0.3989422804f)), exponential(mul(mul(size, size), splat(-0.5f))));
  }
  if (kind == GELU_TANH) {
    f4 square = mul(size, size), twice = mul(size, splat(1.5957691216f)); // 2 √(2/π) |x|
    rest = sigmoid(mul(wasm_f32x4_neg(twice), multiplyAdd(square, splat(0.044715f), splat(1))));
    slope = mul(mul(twice, multiplyAdd(square, splat(0.134145f), splat(1))), mul(rest, sub(splat(1), rest)));
  }
  f4 isNegative = wasm_f32x4_lt(x, splat(0));
  return choose(isNegative, sub(rest, slope), add(sub(splat(1), rest), slope));
}

INLINE void runGradient(const float *x, const float *dy, float *y, int count, const int kind) {
  int i = 0;
  for (; i + 4 <= count; i += 4) store(y + i, mul(load(dy + i), derivative(load(x + i), kind)));
  if (i < count)
    storeFirst(y + i, count - i,
               mul(loadFirst(dy + i, count - i, 0), derivative(loadFirst(x + i, count - i, 0), kind)));
}

// y = dy times the derivative of SILU, GELU or GELU_TANH at x.
EXPORT void activationGradient(const float *x, const float *dy, float *y, int count, int kind) {
  if (kind == SILU) return runGradient(x, dy, y, count, SILU);
  if (kind == GELU) return runGradient(x, dy, y, count, GELU);
  runGradient(x, dy, y, count, GELU_TANH);
}
