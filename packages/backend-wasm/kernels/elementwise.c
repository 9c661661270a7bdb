// Sums, squares, roots, dropout and affine maps, entry by entry.
#include "residual.h"

// y[count] = a + b, where b [period] repeats.
EXPORT void sum(const float *a, const float *b, float *y, int count, int period) {
  for (int from = 0; from < count; from += period, a += period, y += period) {
    int i = 0;
    for (; i + 4 <= period; i += 4) store(y + i, add(load(a + i), load(b + i)));
    for (; i < period; i++) y[i] = a[i] + b[i];
  }
}

// y = scale x + shift
EXPORT void affine(const float *x, float *y, int count, float scale, float shift) {
  int i = 0;
  for (; i + 4 <= count; i += 4) store(y + i, multiplyAdd(load(x + i), splat(scale), splat(shift)));
  for (; i < count; i++) y[i] = x[i] * scale + shift;
}

// y = x² and y = √x
EXPORT void square(const float *x, float *y, int count) {
  int i = 0;
  for (; i + 4 <= count; i += 4) store(y + i, mul(load(x + i), load(x + i)));
  for (; i < count; i++) y[i] = x[i] * x[i];
}
EXPORT void squareRoot(const float *x, float *y, int count) {
  int i = 0;
  for (; i + 4 <= count; i += 4) store(y + i, wasm_f32x4_sqrt(load(x + i)));
  for (; i < count; i++) y[i] = __builtin_sqrtf(x[i]);
}

// One round of a 32-bit integer hash with full avalanche (lowbias32, C. Wellons 2018), in four lanes.
INLINE v128_t mix(v128_t h) {
  h = wasm_v128_xor(h, wasm_u32x4_shr(h, 16));
  h = wasm_i32x4_mul(h, wasm_i32x4_splat(0x7feb352d));
  h = wasm_v128_xor(h, wasm_u32x4_shr(h, 15));
  h = wasm_i32x4_mul(h, wasm_i32x4_splat((int)0x846ca68b));
  return wasm_v128_xor(h, wasm_u32x4_shr(h, 16));
}

// y = x kept where the upper 24 bits of the random number at key (a, b) and counter i are at least `threshold`, else 0.
EXPORT void dropout(const float *x, float *y, int count, int threshold, float kept, int a, int b) {
  v128_t lanes = wasm_i32x4_make(0, 1, 2, 3), least = wasm_i32x4_splat(threshold);
  for (int i = 0; i < count; i += 4) {
    v128_t bits = mix(wasm_v128_xor(mix(wasm_i32x4_add(lanes, wasm_i32x4_splat(i + a))), wasm_i32x4_splat(b)));
    f4 factor = wasm_v128_and(splat(kept), wasm_i32x4_ge(wasm_u32x4_shr(bits, 8), least));
    if (i + 4 <= count) store(y + i, mul(load(x + i), factor));
    else storeFirst(y + i, count - i, mul(loadFirst(x + i, count - i, 0), factor));
  }
}
