// Sums along the first axes or the last axes of a tensor.
#include "residual.h"

enum { ROWS = 4, BLOCK = 64 }; // rows that are added at once; rows whose sum is one summand, which keeps it exact

// to[columns] += the sum of `rows` (1 to ROWS) rows.
INLINE void addRows(const float *x, float *to, int columns, const int rows) {
  int i = 0;
  for (; i + 4 <= columns; i += 4) {
    f4 sum = load(x + i);
    UNROLL for (int r = 1; r < rows; r++) sum = add(sum, load(x + r * columns + i));
    store(to + i, add(load(to + i), sum));
  }
  for (; i < columns; i++) {
    float sum = x[i];
    for (int r = 1; r < rows; r++) sum += x[r * columns + i];
    to[i] += sum;
  }
}

// y[columns] = the sum of x[rows, columns] over its rows. scratch: [columns].
EXPORT void sumColumns(const float *x, float *y, float *scratch, int rows, int columns) {
  for (int i = 0; i < columns; i++) y[i] = 0;
  for (int from = 0; from < rows; from += BLOCK) {
    int end = rows - from < BLOCK ? rows : from + BLOCK, row = from;
    for (int i = 0; i < columns; i++) scratch[i] = 0;
    for (; row + ROWS <= end; row += ROWS) addRows(x + row * columns, scratch, columns, ROWS);
    for (; row < end; row++) addRows(x + row * columns, scratch, columns, 1);
    addRows(scratch, y, columns, 1);
  }
}

// The sum of x[count].
INLINE float sumOf(const float *x, int count) {
  f4 a = splat(0), b = a, c = a, d = a;
  int i = 0;
  for (; i + 16 <= count; i += 16) {
    a = add(a, load(x + i)), b = add(b, load(x + i + 4));
    c = add(c, load(x + i + 8)), d = add(d, load(x + i + 12));
  }
  for (; i + 4 <= count; i += 4) a = add(a, load(x + i));
  float sum = sumLanes(add(add(a, b), add(c, d)));
  for (; i < count; i++) sum += x[i];
  return sum;
}

// y[rows] = the sum of x[rows, columns] over its columns, in pieces whose sums are added up.
EXPORT void sumRows(const float *x, float *y, int rows, int columns) {
  const int piece = 16 * BLOCK;
  for (int row = 0; row < rows; row++, x += columns) {
    float sum = 0;
    for (int i = 0; i < columns; i += piece) sum += sumOf(x + i, columns - i < piece ? columns - i : piece);
    y[row] = sum;
  }
}
