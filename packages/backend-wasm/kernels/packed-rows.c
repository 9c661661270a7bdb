// y[m, n] = x weightᵀ + bias for many rows of x and a weight in groups of 8 or 4 bits. x is rounded to 16-bit integers
// (quantize.h); panels of four rows of x and eight rows of the weight, as integers, are laid side by side in scratch,
// and a 4 x 8 tile of sums of one group is held in registers while it runs down them.
#include "quantize.h"

enum { ROWS = 4, COLUMNS = 8, TILE = ROWS * COLUMNS, PAIRS = GROUP / 2, BLOCK = 256, DEPTH = 32 }; // DEPTH in groups

// Four vectors of four pairs each, one of each line, to `to`[4][stride]: pair by pair, the lines side by side.
INLINE void storePairs(v128_t a, v128_t b, v128_t c, v128_t d, short *to, const int stride) {
  v128_t ab = wasm_i32x4_shuffle(a, b, 0, 4, 1, 5), cd = wasm_i32x4_shuffle(c, d, 0, 4, 1, 5);
  v128_t AB = wasm_i32x4_shuffle(a, b, 2, 6, 3, 7), CD = wasm_i32x4_shuffle(c, d, 2, 6, 3, 7);
  wasm_v128_store(to, wasm_i32x4_shuffle(ab, cd, 0, 1, 4, 5));
  wasm_v128_store(to + stride, wasm_i32x4_shuffle(ab, cd, 2, 3, 6, 7));
  wasm_v128_store(to + 2 * stride, wasm_i32x4_shuffle(AB, CD, 0, 1, 4, 5));
  wasm_v128_store(to + 3 * stride, wasm_i32x4_shuffle(AB, CD, 2, 3, 6, 7));
}

// One group of four rows of x: block[pair][row][2], blockScales[row]. `spare` holds four rows as they are quantized.
INLINE void packX(int form, const float *x, int stride, int rows, int width, short *block, float *blockScales,
                  float *spare) {
  short *q = (short *)spare;
  float *end = spare + ROWS * GROUP / 2; // the sums of quantizeRow, and its spare floats
  for (int i = 0; i < ROWS; i++) {
    if (i < rows) quantizeRow(form, x + i * stride, q + i * GROUP, blockScales + i, end, width, end + 1);
    else
      for (int j = blockScales[i] = 0; j < GROUP; j++) q[i * GROUP + j] = 0;
  }
  for (int j = 0; j < GROUP; j += 8, q += 8, block += 8 * ROWS)
    storePairs(wasm_v128_load(q), wasm_v128_load(q + GROUP), wasm_v128_load(q + 2 * GROUP),
               wasm_v128_load(q + 3 * GROUP), block, 2 * ROWS);
}

// A quarter of a group as 16-bit integers, those of int4 in the order of quantize.h.
INLINE v128_t eightOf(const int form, const char *quants, int j) {
  if (form == INT8) return wasm_i16x8_load8x8(quants + 8 * j);
  v128_t nibbles = wasm_v128_and(wasm_u16x8_shr(wasm_v128_load(quants), 4 * j), wasm_i16x8_splat(15));
  return wasm_i16x8_sub(nibbles, wasm_i16x8_splat(8));
}

// panel[group][pair][column][2] and panelScales[group][column] of eight rows of a weight; rows past `columns` are the
// last again.
INLINE void packWeight(const int form, const char *quants, const short *scales, int rowBytes, int scalesPerRow,
                       int columns, int groups, short *panel, float *panelScales) {
  const int bytes = form == INT8 ? GROUP : GROUP / 2;
  for (int i = 0; i < columns; i++) touch(quants + i * rowBytes, groups * bytes, LINE);
  for (int half = 0; half < COLUMNS; half += 4) {
    int r0 = least(half, columns - 1), r1 = least(half + 1, columns - 1);
    int r2 = least(half + 2, columns - 1), r3 = least(half + 3, columns - 1);
    const char *w0 = quants + r0 * rowBytes, *w1 = quants + r1 * rowBytes;
    const char *w2 = quants + r2 * rowBytes, *w3 = quants + r3 * rowBytes;
    const short *s0 = scales + r0 * scalesPerRow, *s1 = scales + r1 * scalesPerRow;
    const short *s2 = scales + r2 * scalesPerRow, *s3 = scales + r3 * scalesPerRow;
    for (int g = 0; g < groups; g++) {
      short *to = panel + g * GROUP * COLUMNS + 2 * half;
      int at = g * bytes;
      UNROLL for (int j = 0; j < 4; j++, to += 8 * COLUMNS)
        storePairs(eightOf(form, w0 + at, j), eightOf(form, w1 + at, j), eightOf(form, w2 + at, j),
                   eightOf(form, w3 + at, j), to, 2 * COLUMNS);
      store(panelScales + g * COLUMNS + half, halves(wasm_i32x4_make(s0[g], s1[g], s2[g], s3[g])));
    }
  }
}

// One tile: y[rows, columns] = (isFirst ? bias : y) + the sums over `groups` groups, gathered in `sums`.
static __attribute__((noinline)) void tile(const short *a, const float *aScales, const short *b, const float *bScales,
                                           const float *bias, float *y, float *sums, int stride, int rows, int columns,
                                           int groups, int isFirst) {
  for (int i = 0; i < TILE; i += 4) store(sums + i, splat(0));
  for (int g = 0; g < groups; g++) {
    v128_t left[ROWS], right[ROWS];
    UNROLL for (int i = 0; i < ROWS; i++) left[i] = right[i] = wasm_i32x4_splat(0);
    for (int k = 0; k < PAIRS; k++, a += 2 * ROWS, b += 2 * COLUMNS) {
      v128_t b0 = wasm_v128_load(b), b1 = wasm_v128_load(b + 8);
      UNROLL for (int i = 0; i < ROWS; i++) {
        v128_t pair = wasm_v128_load32_splat(a + 2 * i);
        left[i] = wasm_i32x4_add(left[i], wasm_i32x4_dot_i16x8(pair, b0));
        right[i] = wasm_i32x4_add(right[i], wasm_i32x4_dot_i16x8(pair, b1));
      }
    }
    f4 scale0 = load(bScales), scale1 = load(bScales + 4);
    UNROLL for (int i = 0; i < ROWS; i++) {
      f4 scale = loadSplat(aScales + i);
      float *to = sums + i * COLUMNS;
      store(to, multiplyAdd(wasm_f32x4_convert_i32x4(left[i]), mul(scale0, scale), load(to)));
      store(to + 4, multiplyAdd(wasm_f32x4_convert_i32x4(right[i]), mul(scale1, scale), load(to + 4)));
    }
    aScales += ROWS, bScales += COLUMNS;
  }
  for (int i = 0; i < rows; i++, y += stride, sums += COLUMNS)
    if (columns == COLUMNS)
      for (int j = 0; j < COLUMNS; j += 4)
        store(y + j, add(load(sums + j), !isFirst ? load(y + j) : bias ? load(bias + j) : splat(0)));
    else
      for (int j = 0; j < columns; j++) y[j] = sums[j] + (!isFirst ? y[j] : bias ? bias[j] : 0);
}

// How many floats of scratch `packedLinearRows` needs for m rows and depth k.
EXPORT int packedLinearRowsScratch(int m, int k) {
  int groups = least(groupsOf(k), DEPTH), quads = (least(m, BLOCK) + ROWS - 1) / ROWS;
  const int floats = GROUP / 2 + 1; // of a group and its scale
  return ROWS * GROUP / 2 + 1 + GROUP + TILE + groups * (COLUMNS + quads * ROWS) * floats;
}

INLINE void linearRows(const int form, const float *x, const char *quants, const short *scales, const float *bias,
                       float *y, float *scratch, int m, int n, int k, int rowBytes, int scalesPerRow) {
  const int bytes = form == INT8 ? GROUP : GROUP / 2;
  int all = groupsOf(k);
  for (int g0 = 0; g0 < all; g0 += DEPTH) {
    int groups = least(all - g0, DEPTH);
    short *panel = (short *)scratch, *block = panel + groups * GROUP * COLUMNS;
    int quads = (least(m, BLOCK) + ROWS - 1) / ROWS;
    float *panelScales = (float *)(block + quads * groups * GROUP * ROWS);
    float *blockScales = panelScales + groups * COLUMNS;
    float *sums = blockScales + quads * groups * ROWS, *spare = sums + TILE;
    for (int m0 = 0; m0 < m; m0 += BLOCK) {
      int rows = least(m - m0, BLOCK);
      for (int i = 0; i < rows; i += ROWS)
        for (int g = 0; g < groups; g++) {
          int at = i / ROWS * groups + g, k0 = (g0 + g) * GROUP;
          packX(form, x + (m0 + i) * k + k0, k, least(rows - i, ROWS), least(k - k0, GROUP), block + at * GROUP * ROWS,
                blockScales + at * ROWS, spare);
        }
      for (int j = 0; j < n; j += COLUMNS) {
        int columns = least(n - j, COLUMNS);
        packWeight(form, quants + j * rowBytes + g0 * bytes, scales + j * scalesPerRow + g0, rowBytes, scalesPerRow,
                   columns, groups, panel, panelScales);
        for (int i = 0; i < rows; i += ROWS)
          tile(block + i * groups * GROUP, blockScales + i * groups, panel, panelScales, bias ? bias + j : 0,
               y + (m0 + i) * n + j, sums, n, least(rows - i, ROWS), columns, groups, g0 == 0);
      }
    }
  }
}

// `words` and `scaleWords` are the 32-bit words of a row.
EXPORT void packedLinearRows(int form, const float *x, const int *quants, const short *scales, const float *bias,
                             float *y, float *scratch, int m, int n, int k, int words, int scaleWords) {
  if (form == INT8)
    linearRows(INT8, x, (const char *)quants, scales, bias, y, scratch, m, n, k, 4 * words, 2 * scaleWords);
  else linearRows(INT4, x, (const char *)quants, scales, bias, y, scratch, m, n, k, 4 * words, 2 * scaleWords);
}
