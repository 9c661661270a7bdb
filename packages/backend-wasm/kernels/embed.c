// Rows of a table by their numbers, and the way back for gradients.
#include "residual.h"

INLINE int firstOutside(const int *ids, int count, int rows) {
  for (int i = 0; i < count; i++)
    if ((unsigned)ids[i] >= (unsigned)rows) return i;
  return -1;
}

// y[count, dim] = the rows of weight [rows, dim] named by ids. Returns -1, or the index of an id that names no row.
EXPORT int embed(const float *weight, const int *ids, float *y, int count, int rows, int dim) {
  int wrong = firstOutside(ids, count, rows);
  for (int n = 0; wrong < 0 && n < count; n++, y += dim) {
    const float *row = weight + ids[n] * dim;
    int i = 0;
    for (; i + 4 <= dim; i += 4) store(y + i, load(row + i));
    for (; i < dim; i++) y[i] = row[i];
  }
  return wrong;
}

// y[rows, dim] = for each row the sum of the values [count, dim] whose id names it. Returns -1, or the index of an id
// that names no row.
EXPORT int scatterAdd(const float *values, const int *ids, float *y, int count, int rows, int dim) {
  int wrong = firstOutside(ids, count, rows);
  if (wrong >= 0) return wrong;
  for (int i = 0; i < rows * dim; i++) y[i] = 0;
  for (int n = 0; n < count; n++, values += dim) {
    float *row = y + ids[n] * dim;
    int i = 0;
    for (; i + 4 <= dim; i += 4) store(row + i, add(load(row + i), load(values + i)));
    for (; i < dim; i++) row[i] += values[i];
  }
  return -1;
}
