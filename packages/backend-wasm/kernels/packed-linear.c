// y = x weightᵀ + bias for packed weights and few rows of x. Groups of 8 or 4 bits: x is rounded to 15 bits and a sign
// in the same groups (quantize.h), so that the products are sums of 16-bit integers; each group is scaled and added in
// float32. f16 and bf16 are computed in float32.
#include "few-rows.h"
#include "quantize.h"

// The sum of one group in four parts: Σ q x. The entries of int4 are stored plus 8.
INLINE v128_t dotGroup(const int form, const char *quants, v128_t x0, v128_t x1, v128_t x2, v128_t x3) {
  v128_t a, b, c, d;
  if (form == INT8) {
    a = wasm_i16x8_load8x8(quants), b = wasm_i16x8_load8x8(quants + 8);
    c = wasm_i16x8_load8x8(quants + 16), d = wasm_i16x8_load8x8(quants + 24);
  } else {
    v128_t four = wasm_v128_load(quants), mask = wasm_i16x8_splat(15);
    a = wasm_v128_and(four, mask), b = wasm_v128_and(wasm_u16x8_shr(four, 4), mask);
    c = wasm_v128_and(wasm_u16x8_shr(four, 8), mask), d = wasm_u16x8_shr(four, 12);
  }
  v128_t ab = wasm_i32x4_add(wasm_i32x4_dot_i16x8(x0, a), wasm_i32x4_dot_i16x8(x1, b));
  return wasm_i32x4_add(ab, wasm_i32x4_add(wasm_i32x4_dot_i16x8(x2, c), wasm_i32x4_dot_i16x8(x3, d)));
}

// to[row][groups] = the scales of the groups of two rows of the weight times those of x. *excess of a row is for int4
// what the 8 in each entry is too much.
INLINE void multiplyScales(const int form, const short *scales0, const short *scales1, const float *xScales,
                           const float *sums, float *to, int groups, float *excess0, float *excess1) {
  f4 much0 = splat(0), much1 = much0;
  int g = 0;
  for (; g + 4 <= groups; g += 4) {
    f4 scale0 = halves(wasm_i32x4_load16x4(scales0 + g)), scale1 = halves(wasm_i32x4_load16x4(scales1 + g));
    if (form == INT4) {
      f4 sum = load(sums + g);
      much0 = multiplyAdd(scale0, sum, much0), much1 = multiplyAdd(scale1, sum, much1);
    }
    f4 scale = load(xScales + g);
    store(to + g, mul(scale0, scale));
    store(to + groups + g, mul(scale1, scale));
  }
  float rest0 = 0, rest1 = 0;
  for (; g < groups; g++) {
    float scale0 = half(scales0[g]), scale1 = half(scales1[g]);
    if (form == INT4) rest0 += scale0 * sums[g], rest1 += scale1 * sums[g];
    to[g] = scale0 * xScales[g], to[groups + g] = scale1 * xScales[g];
  }
  *excess0 = form == INT4 ? rest0 + sumLanes(much0) : 0, *excess1 = form == INT4 ? rest1 + sumLanes(much1) : 0;
}

INLINE f4 addScaled(f4 a, v128_t sum, f4 scale) { return multiplyAdd(wasm_f32x4_convert_i32x4(sum), scale, a); }

// Two rows of the weight at once, far apart: two streams keep the memory busier than one or four.
INLINE void oneRow(const int form, const short *x, const float *xScales, const float *sums, const char *quants,
                   const short *scales, const float *bias, float *y, float *scratch, int groups, int outDim,
                   int rowBytes, int scalesPerRow) {
  const int bytes = form == INT8 ? GROUP : GROUP / 2;
  int part = (outDim + 1) / 2;
  for (int n = 0; n < part; n++) {
    int far = n + part < outDim ? n + part : n; // the middle row of an odd count is its own partner
    const char *w0 = quants + n * rowBytes, *w1 = quants + far * rowBytes;
    float excess0, excess1;
    multiplyScales(form, scales + n * scalesPerRow, scales + far * scalesPerRow, xScales, sums, scratch, groups,
                   &excess0, &excess1);
    f4 a = splat(0), b = a, scale0 = a, scale1 = a;
    v128_t sum0 = wasm_i32x4_splat(0), sum1 = sum0;
    const short *q = x;
    const float *scale = scratch;
    for (int g = 0; g < groups; g++, q += GROUP, scale++, w0 += bytes, w1 += bytes) {
      v128_t x0 = wasm_v128_load(q), x1 = wasm_v128_load(q + 8);
      v128_t x2 = wasm_v128_load(q + 16), x3 = wasm_v128_load(q + 24);
      a = addScaled(a, sum0, scale0); // of the group before, so that nothing waits for the sums of this one
      sum0 = dotGroup(form, w0, x0, x1, x2, x3), scale0 = loadSplat(scale);
      b = addScaled(b, sum1, scale1);
      sum1 = dotGroup(form, w1, x0, x1, x2, x3), scale1 = loadSplat(scale + groups);
    }
    a = addScaled(a, sum0, scale0), b = addScaled(b, sum1, scale1);
    y[n] = sumLanes(a) - excess0 + (bias ? bias[n] : 0);
    y[far] = sumLanes(b) - excess1 + (bias ? bias[far] : 0);
  }
}

// How many floats of scratch `packedLinearFewRows` needs.
EXPORT int packedLinearFewRowsScratch(int form, int inDim) {
  int groups = groupsOf(inDim);
  return form == INT8 || form == INT4 ? groups * (GROUP / 2 + 4) + GROUP : inDim;
}

// f16 times 2^-112 as it stands in a float: x is 2^64 times as large and y 2^48 times as small, which leaves both room.
#define X_SCALE 0x1p64f
#define Y_SCALE 0x1p48f

// to = x, with the even entries of each eight before the odd ones, as `addHalves` reads them.
INLINE void splitPairs(const int form, const float *x, float *to, int width) {
  f4 scale = splat(form == FINITE_F16 ? X_SCALE : 1);
  int i = 0;
  for (; i + 8 <= width; i += 8) {
    f4 a = load(x + i), b = load(x + i + 4);
    store(to + i, mul(wasm_i32x4_shuffle(a, b, 0, 2, 4, 6), scale));
    store(to + i + 4, mul(wasm_i32x4_shuffle(a, b, 1, 3, 5, 7), scale));
  }
  for (; i < width; i++) to[i] = x[i];
}

// Adds eight entries of a row times even and odd. f16 is multiplied by 2^-112, and finite.
INLINE void addHalves(const int form, const short *w, f4 even, f4 odd, f4 *evenSum, f4 *oddSum) {
  v128_t bits = wasm_v128_load(w), low = wasm_i32x4_shl(bits, 16), high = bits;
  if (form == FINITE_F16) {
    v128_t mask = wasm_i32x4_splat(0x8fffe000);
    low = wasm_v128_and(wasm_i32x4_shr(low, 3), mask), high = wasm_v128_and(wasm_i32x4_shr(bits, 3), mask);
  } else high = wasm_v128_and(bits, wasm_i32x4_splat(0xffff0000));
  *evenSum = multiplyAdd(even, low, *evenSum), *oddSum = multiplyAdd(odd, high, *oddSum);
}

INLINE float halfEntry(const int form, short bits) {
  return form == FINITE_F16 ? half(bits) : wasm_f32x4_extract_lane(wasm_i32x4_splat(bits << 16), 0);
}

INLINE void oneHalfRow(const int form, const float *x, const short *quants, const float *bias, float *y, int inDim,
                       int outDim, int rowHalves) {
  int part = (outDim + 1) / 2;
  for (int n = 0; n < part; n++) {
    int far = n + part < outDim ? n + part : n;
    const short *w0 = quants + n * rowHalves, *w1 = quants + far * rowHalves;
    f4 a = splat(0), b = a, c = a, d = a;
    int i = 0;
    for (; i + 8 <= inDim; i += 8) {
      f4 even = load(x + i), odd = load(x + i + 4);
      addHalves(form, w0 + i, even, odd, &a, &c);
      addHalves(form, w1 + i, even, odd, &b, &d);
    }
    const float scale = form == FINITE_F16 ? Y_SCALE : 1;
    float sum0 = sumLanes(add(a, c)) * scale, sum1 = sumLanes(add(b, d)) * scale;
    for (; i < inDim; i++) sum0 += x[i] * halfEntry(form, w0[i]), sum1 += x[i] * halfEntry(form, w1[i]);
    y[n] = sum0 + (bias ? bias[n] : 0);
    y[far] = sum1 + (bias ? bias[far] : 0);
  }
}

static __attribute__((noinline)) void unpackAnyRow(int form, const char *quants, const short *scales, float *y,
                                                   int width) {
  switch (form) {
  case F16:
    unpackRow(F16, quants, scales, y, width);
    break;
  case FINITE_F16:
    unpackRow(FINITE_F16, quants, scales, y, width);
    break;
  case BF16:
    unpackRow(BF16, quants, scales, y, width);
    break;
  case INT8:
    unpackRow(INT8, quants, scales, y, width);
    break;
  default:
    unpackRow(INT4, quants, scales, y, width);
  }
}

// y[rows, outDim] = x[rows, inDim] weightᵀ + bias in float32: rows of the weight are unpacked four at a time, for all
// rows of x. Scratch of 4 inDim floats.
EXPORT void packedLinearInFloats(int form, const float *x, const int *quants, const short *scales, const float *bias,
                                 float *y, float *scratch, int rows, int outDim, int inDim, int words, int scaleWords) {
  for (int n = 0; n < outDim; n += STREAMS) {
    int last = outDim - 1, n1 = n + 1 < last ? n + 1 : last, n2 = n + 2 < last ? n + 2 : last;
    int n3 = n + 3 < last ? n + 3 : last; // past the end the last row is done again
    Four four = {scratch, scratch + inDim, scratch + 2 * inDim, scratch + 3 * inDim, n, n1, n2, n3};
    for (int i = 0; i < STREAMS; i++) {
      int row = n + i < last ? n + i : last;
      unpackAnyRow(form, (const char *)(quants + row * words), scales + 2 * row * scaleWords, scratch + i * inDim,
                   inDim);
    }
    f4 shift = biasOf(bias, four);
    int m = 0;
    for (; m + 2 <= rows; m += 2) multiplyTile(x + m * inDim, four, shift, y + m * outDim, inDim, outDim, 2);
    if (m < rows) multiplyTile(x + m * inDim, four, shift, y + m * outDim, inDim, outDim, 1);
  }
}

// Whether all of the float16 in `words` 32-bit words are finite, as `packedLinearFewRows` needs them.
EXPORT int areHalvesFinite(const int *quants, int words) {
  v128_t ones = wasm_i16x8_splat(0x7c00), infinite = wasm_i16x8_splat(0);
  int i = 0;
  for (; i + 4 <= words; i += 4)
    infinite = wasm_v128_or(infinite, wasm_i16x8_eq(wasm_v128_and(wasm_v128_load(quants + i), ones), ones));
  for (; i < words; i++)
    infinite = wasm_v128_or(infinite, wasm_i16x8_eq(wasm_v128_and(wasm_i32x4_splat(quants[i]), ones), ones));
  return !wasm_v128_any_true(infinite);
}

// y[rows, outDim] = x[rows, inDim] weightᵀ + bias, of f16 and bf16 for one row, where f16 is finite. `words` and
// `scaleWords` are the 32-bit words of a row.
EXPORT void packedLinearFewRows(int form, const float *x, const int *quants, const short *scales, const float *bias,
                                float *y, float *scratch, int rows, int outDim, int inDim, int words, int scaleWords) {
  int groups = groupsOf(inDim);
  short *q = (short *)scratch;
  float *xScales = scratch + groups * (GROUP / 2), *sums = xScales + groups, *spare = sums + groups;
  float *products = spare + GROUP;
  if (form == INT8)
    for (int m = 0; m < rows; m++) {
      quantizeRow(INT8, x + m * inDim, q, xScales, sums, inDim, spare);
      oneRow(INT8, q, xScales, sums, (const char *)quants, scales, bias, y + m * outDim, products, groups, outDim,
             4 * words, 2 * scaleWords);
    }
  else if (form == INT4)
    for (int m = 0; m < rows; m++) {
      quantizeRow(INT4, x + m * inDim, q, xScales, sums, inDim, spare);
      oneRow(INT4, q, xScales, sums, (const char *)quants, scales, bias, y + m * outDim, products, groups, outDim,
             4 * words, 2 * scaleWords);
    }
  else if (form == FINITE_F16) {
    splitPairs(FINITE_F16, x, scratch, inDim);
    oneHalfRow(FINITE_F16, scratch, (const short *)quants, bias, y, inDim, outDim, 2 * words);
  } else {
    splitPairs(BF16, x, scratch, inDim);
    oneHalfRow(BF16, scratch, (const short *)quants, bias, y, inDim, outDim, 2 * words);
  }
}
