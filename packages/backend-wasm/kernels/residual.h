// What the kernels share. They work on the memory of tfjs's own module, so they own none: no static data, no stack
// (build.mjs refuses a module that has either); a caller hands in scratch. Pointers are byte offsets into that memory.
#pragma once
#include <wasm_simd128.h>

#define EXPORT __attribute__((visibility("default")))
#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

typedef v128_t f4; // four floats

INLINE int least(int a, int b) { return a < b ? a : b; }

INLINE f4 load(const float *from) { return wasm_v128_load(from); }
INLINE f4 loadSplat(const float *from) { return wasm_v128_load32_splat(from); }
INLINE void store(float *to, f4 v) { wasm_v128_store(to, v); }
INLINE f4 splat(float v) { return wasm_f32x4_splat(v); }
INLINE f4 add(f4 a, f4 b) { return wasm_f32x4_add(a, b); }
INLINE f4 sub(f4 a, f4 b) { return wasm_f32x4_sub(a, b); }
INLINE f4 mul(f4 a, f4 b) { return wasm_f32x4_mul(a, b); }
INLINE f4 divide(f4 a, f4 b) { return wasm_f32x4_div(a, b); }
// a b + c. Relaxed SIMD rounds once where the processor has a fused multiply-add, twice elsewhere.
INLINE f4 multiplyAdd(f4 a, f4 b, f4 c) {
#ifdef __wasm_relaxed_simd__
  return wasm_f32x4_relaxed_madd(a, b, c);
#else
  return add(mul(a, b), c);
#endif
}
INLINE f4 atMost(f4 v, f4 limit) { return wasm_f32x4_pmin(v, limit); } // NaN in v stays
INLINE f4 atLeast(f4 v, f4 limit) { return wasm_f32x4_pmax(v, limit); }
INLINE f4 choose(f4 mask, f4 yes, f4 no) { return wasm_v128_bitselect(yes, no, mask); }

// The sum of four lanes.
INLINE float sumLanes(f4 v) {
  v = add(v, wasm_i32x4_shuffle(v, v, 2, 3, 0, 1));
  return wasm_f32x4_extract_lane(add(v, wasm_i32x4_shuffle(v, v, 1, 0, 3, 2)), 0);
}
INLINE float maxLanes(f4 v) {
  v = wasm_f32x4_pmax(v, wasm_i32x4_shuffle(v, v, 2, 3, 0, 1));
  return wasm_f32x4_extract_lane(wasm_f32x4_pmax(v, wasm_i32x4_shuffle(v, v, 1, 0, 3, 2)), 0);
}
// The sums of a, b, c and d, one per lane.
INLINE f4 sumEach(f4 a, f4 b, f4 c, f4 d) {
  f4 ab = add(wasm_i32x4_shuffle(a, b, 0, 4, 1, 5), wasm_i32x4_shuffle(a, b, 2, 6, 3, 7)); // a b a b
  f4 cd = add(wasm_i32x4_shuffle(c, d, 0, 4, 1, 5), wasm_i32x4_shuffle(c, d, 2, 6, 3, 7)); // c d c d
  return add(wasm_i32x4_shuffle(ab, cd, 0, 1, 4, 5), wasm_i32x4_shuffle(ab, cd, 2, 3, 6, 7));
}

enum { LINE = 64, PAGE = 4096 }; // bytes

// Reads one of every `step` bytes, before all are read one after the other: many lines arrive, or many pages are looked
// up, at once.
INLINE void touch(const void *from, int bytes, const int step) {
  for (int at = 0; at < bytes; at += step) (void)*(const volatile char *)((const char *)from + at);
}

// The first `count` (1 to 3) of four floats; the rest of the lanes hold `fill`.
INLINE f4 loadFirst(const float *from, int count, float fill) {
  return wasm_f32x4_make(from[0], count > 1 ? from[1] : fill, count > 2 ? from[2] : fill, fill);
}
INLINE void storeFirst(float *to, int count, f4 v) {
  to[0] = wasm_f32x4_extract_lane(v, 0);
  if (count > 1) to[1] = wasm_f32x4_extract_lane(v, 1);
  if (count > 2) to[2] = wasm_f32x4_extract_lane(v, 2);
}

// exp(x), relative error under 1.2e-7 for x in [-87.3, 88.3]; 0 below, held at exp(88.3) above.
// x = n ln 2 + r, |r| <= ln 2 / 2: 2^n (1 + r + r² q(r)), q a minimax polynomial (its own error 3.1e-9).
INLINE f4 exponential(f4 x) {
  f4 limited = atLeast(atMost(x, splat(88.3f)), splat(-87.3f));
  f4 n = wasm_f32x4_nearest(mul(limited, splat(1.44269504f)));
  f4 r = sub(sub(limited, mul(n, splat(0.693359375f))), mul(n, splat(-2.12194440e-4f)));
  f4 q = splat(0.0013814613f);
  q = multiplyAdd(q, r, splat(0.00836871f));
  q = multiplyAdd(q, r, splat(0.04166839f));
  q = multiplyAdd(q, r, splat(0.16666521f));
  q = multiplyAdd(q, r, splat(0.49999994f));
  f4 y = add(splat(1), add(r, mul(mul(r, r), q)));
  f4 power = wasm_i32x4_shl(wasm_i32x4_add(wasm_i32x4_trunc_sat_f32x4(n), wasm_i32x4_splat(127)), 23);
  return wasm_v128_andnot(mul(y, power), wasm_f32x4_lt(x, splat(-87.3f)));
}

// tanh(x), relative error under 3e-7: x (1 + x² q(x²)) up to 0.6 (q minimax, error 2.7e-9), beyond it 1 - 2 / (exp(2
// |x|) + 1).
INLINE f4 hyperbolicTangent(f4 x) {
  f4 size = wasm_f32x4_abs(x), square = mul(x, x);
  f4 q = splat(-0.005905865f);
  q = multiplyAdd(q, square, splat(0.020805381f));
  q = multiplyAdd(q, square, splat(-0.053786684f));
  q = multiplyAdd(q, square, splat(0.13331959f));
  q = multiplyAdd(q, square, splat(-0.333333f));
  f4 small = multiplyAdd(mul(x, square), q, x);
  f4 large = sub(splat(1), divide(splat(2), add(exponential(add(size, size)), splat(1))));
  large = wasm_v128_or(large, wasm_v128_and(x, splat(-0.0f))); // with the sign of x
  return choose(wasm_f32x4_lt(size, splat(0.6f)), small, large);
}

// 1 / (1 + exp(-x)), relative error under 3e-7.
INLINE f4 sigmoid(f4 x) { return divide(splat(1), add(splat(1), exponential(wasm_f32x4_neg(x)))); }

// P(a standard normal number is over a) for a >= 0: exp(-a²/2) t p(t), t = 1 / (1 + 0.3 a), p a minimax polynomial
// whose relative error is 1.5e-7 (the form of Abramowitz and Stegun 7.1.26).
INLINE f4 normalTail(f4 a) {
  f4 t = divide(splat(1), multiplyAdd(a, splat(0.3f), splat(1)));
  f4 p = splat(0.035674788f);
  p = multiplyAdd(p, t, splat(-0.1572031378f));
  p = multiplyAdd(p, t, splat(0.2063536048f));
  p = multiplyAdd(p, t, splat(-0.0536837317f));
  p = multiplyAdd(p, t, splat(0.1285616756f));
  p = multiplyAdd(p, t, splat(0.0999134779f));
  p = multiplyAdd(p, t, splat(0.1207539588f));
  p = multiplyAdd(p, t, splat(0.1196293011f));
  return mul(exponential(mul(mul(a, a), splat(-0.5f))), mul(t, p));
}
