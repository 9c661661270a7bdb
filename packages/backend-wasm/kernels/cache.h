// The rows of packed caches (nn/packed-cache.ts in @residual/tensor): the entries in 16 or 8 bits and, of int8, a
// float16 scale for each group of 32 after them.
#pragma once
#include "packed.h"

// The bits of the float16 nearest to four floats, ties to even, in 32 bits each: infinity from 65520, NaN stays.
INLINE v128_t halfBits(f4 x) {
  v128_t sizeBits = wasm_i32x4_splat(0x7fffffff);
  v128_t size = wasm_v128_and(x, sizeBits), sign = wasm_v128_andnot(x, sizeBits);
  v128_t odd = wasm_v128_and(wasm_u32x4_shr(size, 13), wasm_i32x4_splat(1));
  v128_t half = wasm_u32x4_shr(wasm_i32x4_add(wasm_i32x4_add(size, wasm_i32x4_splat(0xfff - 0x38000000)), odd), 13);
  // Below 2^-14 in steps of 2^-24: a sum with 2^23 rounds to whole steps.
  v128_t small = wasm_i32x4_sub(add(mul(size, splat(0x1p24f)), splat(0x1p23f)), splat(0x1p23f));
  half = choose(wasm_i32x4_lt(size, wasm_i32x4_splat(0x38800000)), small, half);
  half = choose(wasm_i32x4_gt(size, wasm_i32x4_splat(0x477fffff)), wasm_i32x4_splat(0x7c00), half);
  half = choose(wasm_i32x4_gt(size, wasm_i32x4_splat(0x7f800000)), wasm_i32x4_splat(0x7e00), half);
  return wasm_v128_or(half, wasm_u32x4_shr(sign, 16));
}

INLINE int halfBit(float x) { return wasm_i32x4_extract_lane(halfBits(splat(x)), 0); }

// Eight floats times a factor, rounded to whole numbers, halves away from zero.
INLINE v128_t roundEight(f4 a, f4 b) {
  f4 ta = wasm_f32x4_trunc(a), tb = wasm_f32x4_trunc(b), half = splat(0.5f), minus = splat(-0.0f), one = splat(1);
  f4 da = wasm_f32x4_ge(wasm_f32x4_abs(sub(a, ta)), half), db = wasm_f32x4_ge(wasm_f32x4_abs(sub(b, tb)), half);
  ta = add(ta, wasm_v128_and(da, wasm_v128_or(one, wasm_v128_and(a, minus))));
  tb = add(tb, wasm_v128_and(db, wasm_v128_or(one, wasm_v128_and(b, minus))));
  return wasm_i16x8_narrow_i32x4(wasm_i32x4_trunc_sat_f32x4(ta), wasm_i32x4_trunc_sat_f32x4(tb));
}

// A group of 32 floats, or fewer at the end of a row: its entries, zeros after them, and the bits of its scale.
INLINE int packGroup(const float *x, int count, signed char *entries) {
  f4 most = splat(0);
  int i = 0;
  for (; i + 4 <= count; i += 4) most = wasm_f32x4_max(most, wasm_f32x4_abs(load(x + i)));
  for (; i < count; i++) most = wasm_f32x4_max(most, wasm_f32x4_abs(splat(x[i])));
  most = wasm_f32x4_max(most, wasm_i32x4_shuffle(most, most, 2, 3, 0, 1));
  most = wasm_f32x4_max(most, wasm_i32x4_shuffle(most, most, 1, 0, 3, 2));
  f4 scale = divide(most, splat(127));
  f4 inverse = choose(wasm_f32x4_eq(scale, splat(0)), splat(0), divide(splat(1), scale));
  for (i = 0; i + 8 <= count; i += 8) {
    v128_t sixteens = roundEight(mul(load(x + i), inverse), mul(load(x + i + 4), inverse));
    wasm_v128_store64_lane(entries + i, wasm_i8x16_narrow_i16x8(sixteens, sixteens), 0);
  }
  for (; i < count; i++) {
    f4 one = mul(splat(x[i]), inverse);
    entries[i] = (signed char)wasm_i16x8_extract_lane(roundEight(one, one), 0);
  }
  for (; i < GROUP; i++) entries[i] = 0;
  return wasm_i32x4_extract_lane(halfBits(scale), 0);
}

// One row of `width` floats as a row of a packed cache.
INLINE void packRow(int form, const float *x, int width, int *words) {
  if (form == F16) {
    unsigned short *bits = (unsigned short *)words;
    int i = 0;
    for (; i + 8 <= width; i += 8)
      wasm_v128_store(bits + i, wasm_u16x8_narrow_i32x4(halfBits(load(x + i)), halfBits(load(x + i + 4))));
    for (; i < width; i++) bits[i] = (unsigned short)halfBit(x[i]);
    if (width & 1) bits[width] = 0;
    return;
  }
  int groups = (width + GROUP - 1) / GROUP;
  unsigned short *scales = (unsigned short *)(words + groups * (GROUP / 4));
  for (int g = 0; g < groups; g++, width -= GROUP) {
    signed char *entries = (signed char *)words + g * GROUP;
    scales[g] = (unsigned short)packGroup(x + g * GROUP, width < GROUP ? width : GROUP, entries);
  }
  if (groups & 1) scales[groups] = 0;
}

// The numbers of a row of a packed cache.
INLINE void unpackCacheRow(int form, const int *words, float *y, int width) {
  if (form == F16) unpackRow(F16, (const char *)words, 0, y, width);
  else {
    const int *scales = words + (width + GROUP - 1) / GROUP * (GROUP / 4);
    unpackRow(INT8, (const char *)words, (const short *)scales, y, width);
  }
}
