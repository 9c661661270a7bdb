// Sums, differences, products, quotients, squares, roots, dropout, affine maps and copies, entry by entry.
#include "residual.h"

// The numbers are those of src/kernels/binary.ts.
enum { ADD, SUBTRACT, MULTIPLY, DIVIDE };

INLINE f4 combined(f4 a, f4 b, const int kind) {
  return kind == ADD ? add(a, b) : kind == SUBTRACT ? sub(a, b) : kind == MULTIPLY ? mul(a, b) : divide(a, b);
}
INLINE float combinedOne(float a, float b, const int kind) {
  return kind == ADD ? a + b : kind == SUBTRACT ? a - b : kind == MULTIPLY ? a * b : a / b;
}

// Entry by entry, of a and b or, if `isOne`, of a and the first entry of b.
INLINE void combineLine(const float *a, const float *b, float *y, int count, const int kind, const int isOne) {
  f4 one = loadSplat(b);
  int i = 0;
  for (; i + 4 <= count; i += 4) store(y + i, combined(load(a + i), isOne ? one : load(b + i), kind));
  for (; i < count; i++) y[i] = combinedOne(a[i], isOne ? b[0] : b[i], kind);
}

INLINE void combineLines(const float *a, const float *b, float *y, int lines, int length, int isOne, const int kind) {
  for (int line = 0; line < lines; line++, a += length, y += length)
    if (isOne) combineLine(a, b + line, y, length, kind, 1);
    else combineLine(a, b, y, length, kind, 0);
}

// y[lines, length] = a combined with b: b [length] for each line, or b [lines], one entry for each line, if `isOne`.
EXPORT void combine(const float *a, const float *b, float *y, int lines, int length, int isOne, int kind) {
  switch (kind) {
  case ADD:
    return combineLines(a, b, y, lines, length, isOne, ADD);
  case SUBTRACT:
    return combineLines(a, b, y, lines, length, isOne, SUBTRACT);
  case MULTIPLY:
    return combineLines(a, b, y, lines, length, isOne, MULTIPLY);
  default:
    return combineLines(a, b, y, lines, length, isOne, DIVIDE);
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

// Copies `blocks` blocks of `size` numbers; the next one starts `fromStep` and `toStep` numbers later.
EXPORT void copyBlocks(const int *from, int *to, int blocks, int size, int fromStep, int toStep) {
  for (int block = 0; block < blocks; block++, from += fromStep, to += toStep) {
    int i = 0;
    for (; i + 4 <= size; i += 4) wasm_v128_store(to + i, wasm_v128_load(from + i));
    for (; i < size; i++) to[i] = from[i];
  }
}
