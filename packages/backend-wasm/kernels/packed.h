// The forms of packed matrices (nn/packed in @residual/tensor), and one row of them as floats.
#pragma once
#include "residual.h"

enum { F16, BF16, INT8, INT4 };
enum { GROUP = 32 };

// Four float16, sign-extended to 32 bits each, as floats: bits 10 to 14 become the exponent, whose bias differs by 112.
// Infinity and NaN become numbers from 65536 up; scales are finite.
INLINE f4 halves(v128_t bits) {
  v128_t moved = wasm_v128_and(wasm_i32x4_shl(bits, 13), wasm_i32x4_splat(0x8fffffff));
  return mul(moved, splat(0x1p112f));
}

// One float16 that may be infinite or NaN.
INLINE float half(short bits) {
  float value = wasm_f32x4_extract_lane(halves(wasm_i32x4_splat(bits)), 0);
  if ((bits & 0x7c00) != 0x7c00) return value;
  int whole = (bits << 13) & 0x807fe000, infinite = whole | 0x7f800000;
  return wasm_f32x4_extract_lane(wasm_i32x4_splat(infinite), 0);
}

// The first `count` (1 to 4) of four floats to y.
INLINE void storeSome(float *y, int count, f4 v) {
  if (count >= 4) store(y, v);
  else storeFirst(y, count, v);
}

INLINE void unpackRow(const int form, const char *quants, const short *scales, float *y, int width) {
  if (form == F16) {
    const short *from = (const short *)quants;
    for (int i = 0; i < width; i++) y[i] = half(from[i]);
  } else if (form == BF16) {
    const unsigned short *from = (const unsigned short *)quants;
    for (int i = 0; i < width; i++) y[i] = wasm_f32x4_extract_lane(wasm_i32x4_splat(from[i] << 16), 0);
  } else {
    for (int at = 0; at < width; at += GROUP, scales++) {
      f4 scale = halves(wasm_i32x4_splat(*scales));
      for (int i = 0; i < GROUP && at + i < width; i += 4) {
        v128_t q;
        if (form == INT8)
          q = wasm_i32x4_make(quants[i], quants[i + 1], quants[i + 2], quants[i + 3]);
        else {
          const unsigned char *bytes = (const unsigned char *)quants + (i & 15);
          q = wasm_i32x4_make(bytes[0], bytes[1], bytes[2], bytes[3]);
          q = i >= 16 ? wasm_u32x4_shr(q, 4) : wasm_v128_and(q, wasm_i32x4_splat(15));
          q = wasm_i32x4_sub(q, wasm_i32x4_splat(8));
        }
        storeSome(y + at + i, width - at - i, mul(wasm_f32x4_convert_i32x4(q), scale));
      }
      quants += form == INT8 ? GROUP : GROUP / 2;
    }
  }
}
