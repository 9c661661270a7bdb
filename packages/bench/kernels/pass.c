// What reading a table once costs: a sum over its bytes, 64 at a time, as 32-bit integers.
#include <wasm_simd128.h>

__attribute__((visibility("default"))) int pass(const signed char *p, int n) {
  v128_t a = wasm_i32x4_splat(0), b = a, c = a, d = a;
  for (int i = 0; i < n; i += 64) {
    a = wasm_i32x4_add(a, wasm_v128_load(p + i));
    b = wasm_i32x4_add(b, wasm_v128_load(p + i + 16));
    c = wasm_i32x4_add(c, wasm_v128_load(p + i + 32));
    d = wasm_i32x4_add(d, wasm_v128_load(p + i + 48));
  }
  a = wasm_i32x4_add(wasm_i32x4_add(a, b), wasm_i32x4_add(c, d));
  return wasm_i32x4_extract_lane(a, 0) + wasm_i32x4_extract_lane(a, 1) + wasm_i32x4_extract_lane(a, 2) + wasm_i32x4_extract_lane(a, 3);
}

// The sum of the int8 numbers themselves, which must be widened first.
__attribute__((visibility("default"))) int sum(const signed char *p, int n) {
  v128_t a = wasm_i32x4_splat(0), b = a;
  for (int i = 0; i < n; i += 32) {
    a = wasm_i32x4_add(a, wasm_i32x4_extadd_pairwise_i16x8(wasm_i16x8_extadd_pairwise_i8x16(wasm_v128_load(p + i))));
    b = wasm_i32x4_add(b, wasm_i32x4_extadd_pairwise_i16x8(wasm_i16x8_extadd_pairwise_i8x16(wasm_v128_load(p + i + 16))));
  }
  a = wasm_i32x4_add(a, b);
  return wasm_i32x4_extract_lane(a, 0) + wasm_i32x4_extract_lane(a, 1) + wasm_i32x4_extract_lane(a, 2) + wasm_i32x4_extract_lane(a, 3);
}

// `n` times 16 multiplications and additions of 4 numbers in registers: the limit of float32 arithmetic in 128 bits.
__attribute__((visibility("default"))) float multiply(float x, int n) {
  v128_t a[8], f = wasm_f32x4_splat(x);
  for (int i = 0; i < 8; i++) a[i] = wasm_f32x4_splat((float)i);
  for (int i = 0; i < 2 * n; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < 8; j++) a[j] = wasm_f32x4_add(wasm_f32x4_mul(a[j], f), f);
  float sum = 0;
  for (int i = 0; i < 8; i++) sum += wasm_f32x4_extract_lane(a[i], 0);
  return sum;
}
