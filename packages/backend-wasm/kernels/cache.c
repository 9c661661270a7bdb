// Key/value cache: new rows are written where they belong.
#include "cache.h"

// cache [groups, capacity, dim]: rows *at .. *at + length - 1 of each group become x [groups, length, dim]; rows that
// would lie outside the capacity are left out.
EXPORT void appendToCache(float *cache, const float *x, const int *at, int groups, int capacity, int length, int dim) {
  int position = *at;
  int skip = position < 0 ? -position : 0, count = capacity - position < length ? capacity - position : length;
  for (int g = 0; g < groups; g++) {
    const float *from = x + g * length * dim;
    float *to = cache + (g * capacity + position) * dim;
    int i = skip * dim;
    for (; i + 4 <= count * dim; i += 4) store(to + i, load(from + i));
    for (; i < count * dim; i++) to[i] = from[i];
  }
}

// The same for a packed cache, int32 [groups, capacity, words].
EXPORT void appendToPackedCache(int form, int *cache, const float *x, const int *at, int groups, int capacity,
                                int length, int dim, int words) {
  int position = *at;
  for (int g = 0; g < groups; g++)
    for (int row = 0; row < length; row++) {
      int to = position + row;
      if (to < 0 || to >= capacity) continue;
      packRow(form, x + (g * length + row) * dim, dim, cache + (g * capacity + to) * words);
    }
}

// y [rows, words] = x [rows, width] as rows of a packed cache.
EXPORT void packRows(int form, const float *x, int *y, int rows, int width, int words) {
  for (int row = 0; row < rows; row++) packRow(form, x + row * width, width, y + row * words);
}

// y [rows, width] = the numbers of rows of a packed cache [rows, words].
EXPORT void unpackCache(int form, const int *cache, float *y, int rows, int width, int words) {
  for (int row = 0; row < rows; row++, cache += words, y += width) unpackCacheRow(form, cache, y, width);
}
