// x rounded to 16-bit integers with a scale for each group of 32. The error is below 2^-15 of the largest x of the
// group. A group with an infinity or a NaN becomes zeros with such a scale, so that its sums are NaN.
#pragma once
#include "packed.h"

INLINE int groupsOf(int width) { return (width + GROUP - 1) / GROUP; }

INLINE v128_t rounded(const float *x, f4 inverse) {
  return wasm_i32x4_trunc_sat_f32x4(wasm_f32x4_nearest(mul(load(x), inverse)));
}

// 32 entries. For int4 in the order of its 16-bit words, whose nibbles are the entries i, i + 16, i + 1 and i + 17 for
// even i. *sum is 8 times the sum of the entries.
static __attribute__((noinline)) void quantizeGroup(int form, const float *x, short *q, float *scale, float *sum) {
  v128_t most = wasm_i32x4_splat(0), size = wasm_i32x4_splat(0x7fffffff); // as integers, so that NaN is the largest
  for (int i = 0; i < GROUP; i += 4) most = wasm_i32x4_max(most, wasm_v128_and(load(x + i), size));
  most = wasm_i32x4_max(most, wasm_i32x4_shuffle(most, most, 2, 3, 0, 1));
  most = wasm_i32x4_max(most, wasm_i32x4_shuffle(most, most, 1, 0, 3, 2));
  float largest = wasm_f32x4_extract_lane(most, 0);
  int isTiny = largest < 0x1p-100f; // its inverse would be infinite
  f4 inverse = splat(isTiny ? 0x1p115f : 32767 / largest);
  v128_t v[4], total = wasm_i32x4_splat(0);
  UNROLL for (int i = 0; i < 4; i++) {
    v[i] = wasm_i16x8_narrow_i32x4(rounded(x + 8 * i, inverse), rounded(x + 8 * i + 4, inverse));
    total = wasm_i32x4_add(total, wasm_i32x4_dot_i16x8(v[i], wasm_i16x8_splat(8)));
  }
  *scale = isTiny ? 0x1p-115f : largest / 32767;
  *sum = *scale * sumLanes(wasm_f32x4_convert_i32x4(total));
  if (form == INT4) {
    v128_t near = v[0], far = v[2];
    v[0] = wasm_i16x8_shuffle(near, v[1], 0, 2, 4, 6, 8, 10, 12, 14);
    v[2] = wasm_i16x8_shuffle(near, v[1], 1, 3, 5, 7, 9, 11, 13, 15);
    v[1] = wasm_i16x8_shuffle(far, v[3], 0, 2, 4, 6, 8, 10, 12, 14);
    v[3] = wasm_i16x8_shuffle(far, v[3], 1, 3, 5, 7, 9, 11, 13, 15);
  }
  UNROLL for (int i = 0; i < 4; i++) wasm_v128_store(q + 8 * i, v[i]);
}

// A row of `width` entries; the last group is filled with zeros. `spare` holds 32 floats.
INLINE void quantizeRow(int form, const float *x, short *q, float *scales, float *sums, int width, float *spare) {
  for (; width >= GROUP; width -= GROUP, x += GROUP, q += GROUP) quantizeGroup(form, x, q, scales++, sums++);
  if (width <= 0) return;
  for (int i = 0; i < GROUP; i++) spare[i] = i < width ? x[i] : 0;
  quantizeGroup(form, spare, q, scales, sums);
}
