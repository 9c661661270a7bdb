// y[outDim] = x[inDim] weightᵀ + bias for a weight in groups of 8 or 4 bits: x is rounded to 15 bits and a sign in the
// same groups, so that the products are sums of 16-bit integers; each group is scaled and added in float32. The error of
// the rounding is below 2^-15 of the largest x of the group.
#include "packed.h"

// Rounds x to 16-bit integers with a scale for each group, and fills the last group and the scales of a fourth of groups
// with zeros. Also -8 times the sum of each group, which int4 needs: its entries are stored plus 8.
EXPORT void quantizeRow(const float *x, short *q, float *scales, int *sums, int width) {
  int groups = (width + GROUP - 1) / GROUP;
  for (int g = 0; g < groups; g++, x += GROUP, q += GROUP) {
    int count = width - g * GROUP < GROUP ? width - g * GROUP : GROUP;
    float largest = 0;
    for (int i = 0; i < count; i++) {
      float size = x[i] < 0 ? -x[i] : x[i];
      largest = largest >= size ? largest : size; // NaN stays
    }
    float inverse = largest > 0 ? 32767 / largest : 0;
    int sum = 0;
    for (int i = 0; i < GROUP; i++) {
      int rounded = i < count ? wasm_i32x4_extract_lane(wasm_i32x4_trunc_sat_f32x4(wasm_f32x4_nearest(splat(x[i] * inverse))), 0) : 0;
      q[i] = rounded;
      sum += rounded;
    }
    scales[g] = largest / 32767;
    sums[g] = -8 * sum;
  }
  for (int g = groups; g % 4; g++) scales[g] = sums[g] = 0;
}

// The sum of one group in four parts: Σ q x.
INLINE v128_t dotGroup(const int form, const char *quants, v128_t x0, v128_t x1, v128_t x2, v128_t x3, const int *sum) {
  v128_t a, b, c, d, start;
  if (form == INT8) {
    a = wasm_i16x8_load8x8(quants), b = wasm_i16x8_load8x8(quants + 8);
    c = wasm_i16x8_load8x8(quants + 16), d = wasm_i16x8_load8x8(quants + 24);
    start = wasm_i32x4_dot_i16x8(x0, a);
  } else {
    v128_t both = wasm_v128_load(quants);
    v128_t low = wasm_v128_and(both, wasm_i8x16_splat(15)), high = wasm_u8x16_shr(both, 4);
    a = wasm_i16x8_extend_low_i8x16(low), b = wasm_i16x8_extend_high_i8x16(low);
    c = wasm_i16x8_extend_low_i8x16(high), d = wasm_i16x8_extend_high_i8x16(high);
    start = wasm_i32x4_add(wasm_v128_load32_zero(sum), wasm_i32x4_dot_i16x8(x0, a));
  }
  v128_t pair = wasm_i32x4_add(wasm_i32x4_dot_i16x8(x2, c), wasm_i32x4_dot_i16x8(x3, d));
  return wasm_i32x4_add(wasm_i32x4_add(start, wasm_i32x4_dot_i16x8(x1, b)), pair);
}

INLINE f4 addGroup(f4 sum, v128_t parts, f4 scale) { return multiplyAdd(wasm_f32x4_convert_i32x4(parts), scale, sum); }

// `count` (1 to 4) groups of four rows: s are the products of their scales and those of x.
INLINE void addGroups(const int form, const int count, const short *x, const int *sums, const char *w0, const char *w1,
                      const char *w2, const char *w3, f4 s0, f4 s1, f4 s2, f4 s3, f4 *a, f4 *b, f4 *c, f4 *d) {
  const int bytes = form == INT8 ? GROUP : GROUP / 2;
#define ADD(g)                                                                                                         \
  if (g < count) {                                                                                                     \
    v128_t x0 = wasm_v128_load(x + g * GROUP), x1 = wasm_v128_load(x + g * GROUP + 8);                                 \
    v128_t x2 = wasm_v128_load(x + g * GROUP + 16), x3 = wasm_v128_load(x + g * GROUP + 24);                           \
    *a = addGroup(*a, dotGroup(form, w0 + g * bytes, x0, x1, x2, x3, sums + g), wasm_i32x4_shuffle(s0, s0, g, g, g, g)); \
    *b = addGroup(*b, dotGroup(form, w1 + g * bytes, x0, x1, x2, x3, sums + g), wasm_i32x4_shuffle(s1, s1, g, g, g, g)); \
    *c = addGroup(*c, dotGroup(form, w2 + g * bytes, x0, x1, x2, x3, sums + g), wasm_i32x4_shuffle(s2, s2, g, g, g, g)); \
    *d = addGroup(*d, dotGroup(form, w3 + g * bytes, x0, x1, x2, x3, sums + g), wasm_i32x4_shuffle(s3, s3, g, g, g, g)); \
  }
  ADD(0) ADD(1) ADD(2) ADD(3)
#undef ADD
}

INLINE f4 scalesOf(const int *scales, f4 x) { return mul(halves(wasm_i32x4_load16x4(scales)), x); }

// The last one to three groups of a row, whose scales end with the row.
INLINE f4 lastScalesOf(const int *scales, int count, f4 x) {
  v128_t two = count > 2 ? wasm_i32x4_load16x4(scales) : wasm_i32x4_extend_low_i16x8(wasm_v128_load32_zero(scales));
  return mul(halves(two), x);
}

INLINE void oneRow(const int form, const short *x, const float *xScales, const int *sums, const int *quants,
                   const int *scales, const float *bias, float *y, int groups, int outDim, int words, int scaleWords) {
  const int bytes = form == INT8 ? GROUP : GROUP / 2;
  int quarter = (outDim + 3) / 4, last = outDim - 1;
  for (int n0 = 0; n0 < quarter; n0++) {
    int n1 = n0 + quarter, n2 = n1 + quarter, n3 = n2 + quarter;
    if (n1 > last) n1 = last; // past the end the last row is done again
    if (n2 > last) n2 = last;
    if (n3 > last) n3 = last;
    const char *w0 = (const char *)(quants + n0 * words), *w1 = (const char *)(quants + n1 * words);
    const char *w2 = (const char *)(quants + n2 * words), *w3 = (const char *)(quants + n3 * words);
    const int *s0 = scales + n0 * scaleWords, *s1 = scales + n1 * scaleWords;
    const int *s2 = scales + n2 * scaleWords, *s3 = scales + n3 * scaleWords;
    f4 a = splat(0), b = a, c = a, d = a;
    int g = 0;
    for (; g + 4 <= groups; g += 4) {
      f4 t = load(xScales + g);
      int at = g * bytes, half = g / 2;
      addGroups(form, 4, x + g * GROUP, sums + g, w0 + at, w1 + at, w2 + at, w3 + at, scalesOf(s0 + half, t),
                scalesOf(s1 + half, t), scalesOf(s2 + half, t), scalesOf(s3 + half, t), &a, &b, &c, &d);
    }
    int rest = groups - g;
    if (rest) {
      f4 t = load(xScales + g);
      int at = g * bytes, half = g / 2;
      f4 r0 = lastScalesOf(s0 + half, rest, t), r1 = lastScalesOf(s1 + half, rest, t);
      f4 r2 = lastScalesOf(s2 + half, rest, t), r3 = lastScalesOf(s3 + half, rest, t);
      const short *xs = x + g * GROUP;
      if (rest == 1)
        addGroups(form, 1, xs, sums + g, w0 + at, w1 + at, w2 + at, w3 + at, r0, r1, r2, r3, &a, &b, &c, &d);
      else if (rest == 2)
        addGroups(form, 2, xs, sums + g, w0 + at, w1 + at, w2 + at, w3 + at, r0, r1, r2, r3, &a, &b, &c, &d);
      else
        addGroups(form, 3, xs, sums + g, w0 + at, w1 + at, w2 + at, w3 + at, r0, r1, r2, r3, &a, &b, &c, &d);
    }
    f4 sum = sumEach(a, b, c, d);
    if (bias) sum = add(sum, wasm_f32x4_make(bias[n0], bias[n1], bias[n2], bias[n3]));
    y[n0] = wasm_f32x4_extract_lane(sum, 0), y[n1] = wasm_f32x4_extract_lane(sum, 1);
    y[n2] = wasm_f32x4_extract_lane(sum, 2), y[n3] = wasm_f32x4_extract_lane(sum, 3);
  }
}

// x, xScales and sums are what `quantizeRow` makes. `words` and `scaleWords` are the 32-bit words of a row.
EXPORT void packedLinearOneRow(int form, const short *x, const float *xScales, const int *sums, const int *quants,
                               const int *scales, const float *bias, float *y, int groups, int outDim, int words,
                               int scaleWords) {
  if (form == INT8) oneRow(INT8, x, xScales, sums, quants, scales, bias, y, groups, outDim, words, scaleWords);
  else oneRow(INT4, x, xScales, sums, quants, scales, bias, y, groups, outDim, words, scaleWords);
}

INLINE void oneHalfRow(const int form, const float *x, const int *quants, const float *bias, float *y, int inDim,
                       int outDim, int words) {
  for (int n = 0; n < outDim; n++) {
    const short *w = (const short *)(quants + n * words);
    f4 a = splat(0), b = a;
    int i = 0;
    for (; i + 8 <= inDim; i += 8) {
      if (form == F16) {
        a = multiplyAdd(load(x + i), allHalves(wasm_i32x4_load16x4(w + i)), a);
        b = multiplyAdd(load(x + i + 4), allHalves(wasm_i32x4_load16x4(w + i + 4)), b);
      } else {
        v128_t bits = wasm_v128_load(w + i), zero = wasm_i32x4_splat(0);
        a = multiplyAdd(load(x + i), wasm_i16x8_shuffle(zero, bits, 0, 8, 0, 9, 0, 10, 0, 11), a);
        b = multiplyAdd(load(x + i + 4), wasm_i16x8_shuffle(zero, bits, 0, 12, 0, 13, 0, 14, 0, 15), b);
      }
    }
    float sum = sumLanes(add(a, b));
    for (; i < inDim; i++)
      sum += x[i] * (form == F16 ? half(w[i]) : wasm_f32x4_extract_lane(wasm_i32x4_splat(w[i] << 16), 0));
    y[n] = sum + (bias ? bias[n] : 0);
  }
}

// y[outDim] = x[inDim] weightᵀ + bias for a weight of f16 or bf16, in float32.
EXPORT void halfLinearOneRow(int form, const float *x, const int *quants, const float *bias, float *y, int inDim,
                             int outDim, int words) {
  if (form == F16) oneHalfRow(F16, x, quants, bias, y, inDim, outDim, words);
  else oneHalfRow(BF16, x, quants, bias, y, inDim, outDim, words);
}
