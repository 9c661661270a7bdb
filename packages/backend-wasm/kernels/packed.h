// The forms of packed matrices (nn/packed in @residual/tensor), and one row of them as floats.
#pragma once
#include "residual.h"

enum { F16, BF16, INT8, INT4, FINITE_F16 };
enum { GROUP = 32 };

// Four float16, sign-extended to 32 bits each, as floats: bits 10 to 14 become the exponent, whose bias differs by 112.
// Infinity and NaN become numbers from 65536 up; scales are finite.
INLINE f4 halves(v128_t bits) {
  v128_t moved = wasm_v128_and(wasm_i32x4_shl(bits, 13), wasm_i32x4_splat(0x8fffffff));
  return mul(moved, splat(0x1p112f));
}

// The same for float16 that may be infinite or NaN: an exponent of ones stays one.
INLINE f4 allHalves(v128_t bits) {
  v128_t moved = wasm_v128_and(wasm_i32x4_shl(bits, 13), wasm_i32x4_splat(0x8fffffff));
  v128_t ones = wasm_i32x4_splat(0x0f800000);
  v128_t infinite = wasm_i32x4_eq(wasm_v128_and(moved, ones), ones);
  return mul(wasm_v128_or(moved, wasm_v128_and(infinite, wasm_i32x4_splat(0x70000000))), splat(0x1p112f));
}
INLINE float half(short bits) { return wasm_f32x4_extract_lane(allHalves(wasm_i32x4_splat(bits)), 0); }

// Eight bytes, signed, times a scale.
INLINE void storeScaled(float *y, v128_t sixteens, f4 scale) {
  v128_t low = wasm_i32x4_extend_low_i16x8(sixteens), high = wasm_i32x4_extend_high_i16x8(sixteens);
  __asm__("" : "+r"(low), "+r"(high)); // clang would convert from 16 bits one by one
  store(y, mul(wasm_f32x4_convert_i32x4(low), scale));
  store(y + 4, mul(wasm_f32x4_convert_i32x4(high), scale));
}

// A group of 32 entries of 8 or 4 bits as floats.
INLINE void unpackGroup(const int form, const char *quants, f4 scale, float *y) {
  if (form == INT8) {
    UNROLL for (int i = 0; i < GROUP; i += 8) storeScaled(y + i, wasm_i16x8_load8x8(quants + i), scale);
  } else {
    v128_t both = wasm_v128_load(quants), eight = wasm_i16x8_splat(8);
    v128_t low = wasm_v128_and(both, wasm_i8x16_splat(15)), high = wasm_u8x16_shr(both, 4);
    storeScaled(y, wasm_i16x8_sub(wasm_i16x8_extend_low_i8x16(low), eight), scale);
    storeScaled(y + 8, wasm_i16x8_sub(wasm_i16x8_extend_high_i8x16(low), eight), scale);
    storeScaled(y + 16, wasm_i16x8_sub(wasm_i16x8_extend_low_i8x16(high), eight), scale);
    storeScaled(y + 24, wasm_i16x8_sub(wasm_i16x8_extend_high_i8x16(high), eight), scale);
  }
}

// One entry of a group.
INLINE float entryOf(const int form, const char *quants, float scale, int i) {
  if (form == INT8) return scale * quants[i];
  int both = ((const unsigned char *)quants)[i & 15];
  return scale * ((i < 16 ? both & 15 : both >> 4) - 8);
}

// The first `width` entries of a row as floats.
INLINE void unpackRow(const int form, const char *quants, const short *scales, float *y, int width) {
  if (form == F16 || form == FINITE_F16) {
    const short *bits = (const short *)quants;
    int i = 0;
    for (; i + 4 <= width; i += 4) {
      v128_t four = wasm_i32x4_load16x4(bits + i);
      store(y + i, form == F16 ? allHalves(four) : halves(four));
    }
    for (; i < width; i++) y[i] = half(bits[i]);
  } else if (form == BF16) {
    const unsigned short *bits = (const unsigned short *)quants;
    int i = 0;
    for (; i + 4 <= width; i += 4) store(y + i, wasm_i32x4_shl(wasm_u32x4_load16x4(bits + i), 16));
    for (; i < width; i++) y[i] = wasm_f32x4_extract_lane(wasm_i32x4_splat(bits[i] << 16), 0);
  } else {
    const int bytes = form == INT8 ? GROUP : GROUP / 2;
    for (; width >= GROUP; width -= GROUP, quants += bytes, scales++, y += GROUP)
      unpackGroup(form, quants, halves(wasm_i32x4_splat(*scales)), y);
    for (int i = 0; i < width; i++) y[i] = entryOf(form, quants, half(*scales), i);
  }
}
