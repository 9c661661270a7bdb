// Dot products of one query with many rows, on WebAssembly SIMD. No static data, no stack: the memory belongs to the caller.
#include <wasm_simd128.h>

#define EXPORT __attribute__((visibility("default")))

// The sums of four vectors of int32 as one vector.
static inline v128_t sums_i32(v128_t a, v128_t b, v128_t c, v128_t d) {
  v128_t ab = wasm_i32x4_add(wasm_i32x4_shuffle(a, b, 0, 4, 1, 5), wasm_i32x4_shuffle(a, b, 2, 6, 3, 7)); // a0+a2 b0+b2 a1+a3 b1+b3
  v128_t cd = wasm_i32x4_add(wasm_i32x4_shuffle(c, d, 0, 4, 1, 5), wasm_i32x4_shuffle(c, d, 2, 6, 3, 7));
  return wasm_i32x4_add(wasm_i64x2_shuffle(ab, cd, 0, 2), wasm_i64x2_shuffle(ab, cd, 1, 3));
}

static inline v128_t sums_f32(v128_t a, v128_t b, v128_t c, v128_t d) {
  v128_t ab = wasm_f32x4_add(wasm_i32x4_shuffle(a, b, 0, 4, 1, 5), wasm_i32x4_shuffle(a, b, 2, 6, 3, 7));
  v128_t cd = wasm_f32x4_add(wasm_i32x4_shuffle(c, d, 0, 4, 1, 5), wasm_i32x4_shuffle(c, d, 2, 6, 3, 7));
  return wasm_f32x4_add(wasm_i64x2_shuffle(ab, cd, 0, 2), wasm_i64x2_shuffle(ab, cd, 1, 3));
}

static inline float highest(v128_t x) {
  x = wasm_f32x4_pmax(x, wasm_i32x4_shuffle(x, x, 2, 3, 0, 1));
  x = wasm_f32x4_pmax(x, wasm_i32x4_shuffle(x, x, 1, 0, 3, 2));
  return wasm_f32x4_extract_lane(x, 0);
}

// out[i] = (rows[i] · query) * factor[i] * scale; returns the largest. rows int8 [count, dims], query int16 with zeros up to a multiple of 8.
// Behind the last row seven bytes and three rows may be read; count is a multiple of 4.
EXPORT float scan_i8(const signed char *rows, int count, int dims, const short *query, const float *factor, float scale, float *out) {
  v128_t most = wasm_f32x4_splat(-__builtin_inff());
  v128_t scales = wasm_f32x4_splat(scale);
  for (int i = 0; i < count; i += 4) {
    const signed char *r0 = rows, *r1 = r0 + dims, *r2 = r1 + dims, *r3 = r2 + dims;
    v128_t s0 = wasm_i32x4_splat(0), s1 = s0, s2 = s0, s3 = s0;
    for (int k = 0; k < dims; k += 8) {
      v128_t q = wasm_v128_load(query + k);
      s0 = wasm_i32x4_add(s0, wasm_i32x4_dot_i16x8(q, wasm_i16x8_load8x8(r0 + k)));
      s1 = wasm_i32x4_add(s1, wasm_i32x4_dot_i16x8(q, wasm_i16x8_load8x8(r1 + k)));
      s2 = wasm_i32x4_add(s2, wasm_i32x4_dot_i16x8(q, wasm_i16x8_load8x8(r2 + k)));
      s3 = wasm_i32x4_add(s3, wasm_i32x4_dot_i16x8(q, wasm_i16x8_load8x8(r3 + k)));
    }
    v128_t dots = wasm_f32x4_convert_i32x4(sums_i32(s0, s1, s2, s3));
    v128_t scores = wasm_f32x4_mul(wasm_f32x4_mul(dots, scales), wasm_v128_load(factor + i));
    most = wasm_f32x4_pmax(most, scores);
    wasm_v128_store(out + i, scores);
    rows = r3 + dims;
  }
  return highest(most);
}

// The same of float32 rows [count, dims]; query with zeros up to a multiple of 4.
EXPORT float scan_f32(const float *rows, int count, int dims, const float *query, const float *factor, float scale, float *out) {
  v128_t most = wasm_f32x4_splat(-__builtin_inff());
  v128_t scales = wasm_f32x4_splat(scale);
  for (int i = 0; i < count; i += 4) {
    const float *r0 = rows, *r1 = r0 + dims, *r2 = r1 + dims, *r3 = r2 + dims;
    v128_t s0 = wasm_f32x4_splat(0), s1 = s0, s2 = s0, s3 = s0;
    for (int k = 0; k < dims; k += 4) {
      v128_t q = wasm_v128_load(query + k);
      s0 = wasm_f32x4_add(s0, wasm_f32x4_mul(q, wasm_v128_load(r0 + k)));
      s1 = wasm_f32x4_add(s1, wasm_f32x4_mul(q, wasm_v128_load(r1 + k)));
      s2 = wasm_f32x4_add(s2, wasm_f32x4_mul(q, wasm_v128_load(r2 + k)));
      s3 = wasm_f32x4_add(s3, wasm_f32x4_mul(q, wasm_v128_load(r3 + k)));
    }
    v128_t scores = wasm_f32x4_mul(wasm_f32x4_mul(sums_f32(s0, s1, s2, s3), scales), wasm_v128_load(factor + i));
    most = wasm_f32x4_pmax(most, scores);
    wasm_v128_store(out + i, scores);
    rows = r3 + dims;
  }
  return highest(most);
}
