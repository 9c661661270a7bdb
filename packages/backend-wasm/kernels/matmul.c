// y[m, n] = a b (+ bias), any of a and b transposed, for many rows: panels of four rows of a and eight columns of b are
// packed side by side into scratch, and one 4 x 8 tile of y is held in registers while it runs down them.
// The scheme is that of Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (2008).
#include "packed.h"

enum { ROWS = 4, COLUMNS = 8, DEPTH = 512, BLOCK = 256, TILE = ROWS * COLUMNS };

// to[k][width] from lines that lie along k: element (i, k) is from[i * stride + k]; lines past `count` are 0.
INLINE void packLines(const float *from, int stride, int count, int depth, float *to, const int width) {
  int k = 0;
  if (count == width)
    for (; k + 4 <= depth; k += 4) UNROLL for (int g = 0; g < width; g += 4) {
        const float *line = from + g * stride + k;
        f4 a = load(line), b = load(line + stride), c = load(line + 2 * stride), d = load(line + 3 * stride);
        f4 ab = wasm_i32x4_shuffle(a, b, 0, 4, 1, 5), cd = wasm_i32x4_shuffle(c, d, 0, 4, 1, 5);
        f4 AB = wasm_i32x4_shuffle(a, b, 2, 6, 3, 7), CD = wasm_i32x4_shuffle(c, d, 2, 6, 3, 7);
        float *out = to + k * width + g;
        store(out, wasm_i32x4_shuffle(ab, cd, 0, 1, 4, 5));
        store(out + width, wasm_i32x4_shuffle(ab, cd, 2, 3, 6, 7));
        store(out + 2 * width, wasm_i32x4_shuffle(AB, CD, 0, 1, 4, 5));
        store(out + 3 * width, wasm_i32x4_shuffle(AB, CD, 2, 3, 6, 7));
      }
  for (; k < depth; k++)
    for (int i = 0; i < width; i++) to[k * width + i] = i < count ? from[i * stride + k] : 0;
}

// to[k][width] from lines that lie across k: element (i, k) is from[k * stride + i]; columns past `count` are 0.
INLINE void packAcross(const float *from, int stride, int count, int depth, float *to, const int width) {
  for (int k = 0; k < depth; k++, from += stride, to += width)
    if (count == width) UNROLL for (int g = 0; g < width; g += 4) store(to + g, load(from + g));
    else
      for (int i = 0; i < width; i++) to[i] = i < count ? from[i] : 0;
}

// `packAcross` of four panels of four lines at once, one after the other in `to`, so that each cache line is read once.
INLINE void packFourAcross(const float *from, int stride, int depth, float *to) {
  for (int k = 0; k < depth; k++, from += stride, to += ROWS)
    UNROLL for (int g = 0; g < 4; g++) store(to + g * ROWS * depth, load(from + g * ROWS));
}

// One tile: y[rows, columns] = (first ? bias : y) + a b, for packed a [depth, 4] and b [depth, 8].
INLINE void tile(const float *a, const float *b, const float *bias, float *y, float *spare, int stride, int rows,
                 int columns, int depth, int first) {
  f4 left[ROWS], right[ROWS];
  UNROLL for (int i = 0; i < ROWS; i++) left[i] = right[i] = splat(0);
  for (int k = 0; k < depth; k++, a += ROWS, b += COLUMNS) {
    f4 b0 = load(b), b1 = load(b + 4);
    UNROLL for (int i = 0; i < ROWS; i++) {
      f4 c = loadSplat(a + i);
      left[i] = multiplyAdd(c, b0, left[i]);
      right[i] = multiplyAdd(c, b1, right[i]);
    }
  }
  if (rows == ROWS && columns == COLUMNS) {
    f4 bias0 = first && bias ? load(bias) : splat(0), bias1 = first && bias ? load(bias + 4) : splat(0);
    UNROLL for (int i = 0; i < ROWS; i++, y += stride) {
      store(y, add(left[i], first ? bias0 : load(y)));
      store(y + 4, add(right[i], first ? bias1 : load(y + 4)));
    }
    return;
  }
  UNROLL for (int i = 0; i < ROWS; i++) {
    store(spare + i * COLUMNS, left[i]);
    store(spare + i * COLUMNS + 4, right[i]);
  }
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < columns; j++)
      y[i * stride + j] = spare[i * COLUMNS + j] + (!first ? y[i * stride + j] : bias ? bias[j] : 0);
}

// How many floats of scratch `matMul` needs for m rows and depth k.
EXPORT int matMulScratch(int m, int k) {
  return TILE + (COLUMNS + (least(m, BLOCK) + ROWS - 1) / ROWS * ROWS) * least(k, DEPTH);
}

// Where b comes from: floats [k, n], or [n, k] when `transpose`, rows being `stride` floats apart; or f16 or bf16 [n,
// rowHalves].
typedef struct {
  const float *floats;
  const short *halves;
  int form, rowHalves, transpose, stride;
} Right;

// Where a and y are: a [m, k], or [k, m] when `transpose`; how many floats apart their rows are; whether the product is
// added to y.
typedef struct {
  int transpose, strideA, strideY, adds;
} Left;

// panel[depth][COLUMNS] of the columns from j and the depth from k0. `spare` holds COLUMNS unpacked rows.
INLINE void packColumns(const int isPacked, Right b, float *panel, float *spare, int j, int columns, int k0,
                        int depth) {
  if (!isPacked) {
    if (b.transpose) packLines(b.floats + j * b.stride + k0, b.stride, columns, depth, panel, COLUMNS);
    else packAcross(b.floats + k0 * b.stride + j, b.stride, columns, depth, panel, COLUMNS);
    return;
  }
  for (int i = 0; i < columns; i++) {
    const char *from = (const char *)(b.halves + (j + i) * b.rowHalves + k0);
    if (b.form != BF16) unpackRow(F16, from, 0, spare + i * depth, depth);
    else unpackRow(BF16, from, 0, spare + i * depth, depth);
  }
  packLines(spare, depth, columns, depth, panel, COLUMNS);
}

INLINE void multiply(const int isPacked, const float *a, Left left, Right b, const float *bias, float *y,
                     float *scratch, int m, int n, int k) {
  for (int k0 = 0; k0 < k; k0 += DEPTH) {
    int depth = least(k - k0, DEPTH);
    float *panel = scratch + TILE, *block = panel + COLUMNS * depth;
    float *spare = block + (least(m, BLOCK) + ROWS - 1) / ROWS * ROWS * depth;
    for (int m0 = 0; m0 < m; m0 += BLOCK) {
      int rows = least(m - m0, BLOCK);
      int stride = left.strideA, i = 0;
      for (; left.transpose && i + 4 * ROWS <= rows; i += 4 * ROWS)
        packFourAcross(a + k0 * stride + m0 + i, stride, depth, block + i * depth);
      for (; i < rows; i += ROWS) {
        int count = least(rows - i, ROWS);
        if (left.transpose) packAcross(a + k0 * stride + m0 + i, stride, count, depth, block + i * depth, ROWS);
        else packLines(a + (m0 + i) * stride + k0, stride, count, depth, block + i * depth, ROWS);
      }
      for (int j = 0; j < n; j += COLUMNS) {
        int columns = least(n - j, COLUMNS);
        packColumns(isPacked, b, panel, spare, j, columns, k0, depth);
        for (int i = 0; i < rows; i += ROWS)
          tile(block + i * depth, panel, bias ? bias + j : 0, y + (m0 + i) * left.strideY + j, scratch, left.strideY,
               least(rows - i, ROWS), columns, depth, k0 == 0 && !left.adds);
      }
    }
  }
}

// a is [m, k], or [k, m] when transposeA; b is [k, n], or [n, k] when transposeB; bias is [n] or null.
EXPORT void matMul(const float *a, const float *b, const float *bias, float *y, float *scratch, int m, int n, int k,
                   int transposeA, int transposeB) {
  Left left = {transposeA, transposeA ? m : k, n, 0};
  Right right = {b, 0, 0, 0, transposeB, transposeB ? k : n};
  multiply(0, a, left, right, bias, y, scratch, m, n, k);
}

// `matMul` of matrices whose rows are so many floats apart; with `adds`, which excludes a bias, the product is added
// to y.
EXPORT void matMulStrided(const float *a, const float *b, const float *bias, float *y, float *scratch, int m, int n,
                          int k, int transposeA, int transposeB, int strideA, int strideB, int strideY, int adds) {
  Left left = {transposeA, strideA, strideY, adds};
  Right right = {b, 0, 0, 0, transposeB, strideB};
  multiply(0, a, left, right, bias, y, scratch, m, n, k);
}

// How many floats of scratch `halfLinearRows` needs for m rows and depth k.
EXPORT int halfLinearRowsScratch(int m, int k) { return matMulScratch(m, k) + COLUMNS * least(k, DEPTH); }

// y[m, n] = a weightᵀ + bias for a weight [n, k] of f16 or bf16. `words` are the 32-bit words of a row.
EXPORT void halfLinearRows(int form, const float *a, const short *weight, const short *scales, const float *bias,
                           float *y, float *scratch, int m, int n, int k, int words) {
  (void)scales; // they have none
  Left left = {0, k, n, 0};
  Right right = {0, weight, form, 2 * words, 1, 0};
  multiply(1, a, left, right, bias, y, scratch, m, n, k);
}
