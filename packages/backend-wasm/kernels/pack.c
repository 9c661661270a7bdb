// Rows of floats as rows of a packed matrix, bit for bit as `packBits` of @residual/tensor.
#include "cache.h"

INLINE f4 largestLane(f4 most) {
  most = wasm_i32x4_max(most, wasm_i32x4_shuffle(most, most, 2, 3, 0, 1));
  return wasm_i32x4_max(most, wasm_i32x4_shuffle(most, most, 1, 0, 3, 2));
}

// The largest size of 32 floats in each lane, compared as integers, so that NaN is the largest.
INLINE f4 largestSize(const float *x) {
  v128_t most = wasm_i32x4_splat(0), size = wasm_i32x4_splat(0x7fffffff);
  UNROLL for (int i = 0; i < GROUP; i += 4) most = wasm_i32x4_max(most, wasm_v128_and(load(x + i), size));
  return largestLane(most);
}

// 1 / scale, or 0 for 0.
INLINE f4 inverseOf(f4 scale) { return choose(wasm_f32x4_eq(scale, splat(0)), splat(0), divide(splat(1), scale)); }

INLINE int isFiniteHalf(int bits) { return (bits & 0x7c00) != 0x7c00; }

// A group of 32 floats in 8 bits; returns the bits of its scale.
INLINE int packInt8(const float *x, signed char *quants) {
  f4 scale = divide(largestSize(x), splat(127)), inverse = inverseOf(scale);
  // The inverse of a tiny scale is infinite, and the entries are 0.
  inverse = choose(wasm_f32x4_eq(inverse, splat(__builtin_inff())), splat(0), inverse);
  UNROLL for (int i = 0; i < GROUP; i += 16) {
    v128_t low = roundEight(mul(load(x + i), inverse), mul(load(x + i + 4), inverse));
    v128_t high = roundEight(mul(load(x + i + 8), inverse), mul(load(x + i + 12), inverse));
    wasm_v128_store(quants + i, wasm_i8x16_narrow_i16x8(low, high));
  }
  return wasm_i32x4_extract_lane(halfBits(scale), 0);
}

// Four floats times the inverse of the scale, plus 8, rounded, from 0 to 15; 0 for NaN.
INLINE v128_t fourNibbles(const float *x, f4 inverse) {
  f4 moved = add(mul(load(x), inverse), splat(8.5f));
  return wasm_u32x4_trunc_sat_f32x4(wasm_f32x4_min(moved, splat(15)));
}
INLINE v128_t sixteenNibbles(const float *x, f4 inverse) {
  v128_t low = wasm_i16x8_narrow_i32x4(fourNibbles(x, inverse), fourNibbles(x + 4, inverse));
  v128_t high = wasm_i16x8_narrow_i32x4(fourNibbles(x + 8, inverse), fourNibbles(x + 12, inverse));
  return wasm_u8x16_narrow_i16x8(low, high);
}

// A group of 32 floats in 4 bits; returns the bits of its scale: the first value of the largest size / -8.
INLINE int packInt4(const float *x, signed char *quants) {
  v128_t largest = largestSize(x), size = wasm_i32x4_splat(0x7fffffff);
  float furthest = 0;
  for (int i = 0; i < GROUP; i += 4) {
    unsigned same = wasm_i32x4_bitmask(wasm_i32x4_eq(wasm_v128_and(load(x + i), size), largest));
    if (!same) continue;
    furthest = x[i + __builtin_ctz(same)] + 0.0f; // -0 becomes 0
    break;
  }
  f4 scale = divide(splat(furthest), splat(-8)), inverse = inverseOf(scale);
  v128_t low = sixteenNibbles(x, inverse), high = sixteenNibbles(x + GROUP / 2, inverse);
  wasm_v128_store(quants, wasm_v128_or(low, wasm_i8x16_shl(high, 4)));
  return wasm_i32x4_extract_lane(halfBits(scale), 0);
}

INLINE int packGroupOf(const int form, const float *x, signed char *quants) {
  return form == INT8 ? packInt8(x, quants) : packInt4(x, quants);
}

INLINE int packMatrix(const int form, const float *x, char *quants, char *scales, int rows, int width, int quantBytes,
                      int scaleBytes, float *spare) {
  const int bytes = form == INT8 ? GROUP : GROUP / 2;
  for (int row = 0; row < rows; row++, quants += quantBytes, scales += scaleBytes) {
    signed char *to = (signed char *)quants;
    unsigned short *scale = (unsigned short *)scales;
    int rest = width, groups = 0;
    for (; rest >= GROUP; rest -= GROUP, x += GROUP, to += bytes, groups++) {
      int bits = packGroupOf(form, x, to);
      if (!isFiniteHalf(bits)) return 0;
      scale[groups] = (unsigned short)bits;
    }
    if (rest > 0) { // the last group is filled with zeros
      for (int i = 0; i < GROUP; i++) spare[i] = i < rest ? x[i] : 0;
      int bits = packGroupOf(form, spare, to);
      if (!isFiniteHalf(bits)) return 0;
      scale[groups++] = (unsigned short)bits, x += rest;
    }
    if (groups & 1) scale[groups] = 0;
  }
  return 1;
}

// Packs x [rows, width] into rows of a matrix in groups of 8 or 4 bits, which lie `quantBytes` and `scaleBytes` apart.
// `spare` holds 32 floats. Returns 0 if a scale is not finite as float16, else 1.
EXPORT int packMatrixRows(int form, const float *x, char *quants, char *scales, int rows, int width, int quantBytes,
                          int scaleBytes, float *spare) {
  if (form == INT8) return packMatrix(INT8, x, quants, scales, rows, width, quantBytes, scaleBytes, spare);
  return packMatrix(INT4, x, quants, scales, rows, width, quantBytes, scaleBytes, spare);
}
