// Key/value cache: new rows are written where they belong.
#include "residual.h"

// cache [groups, capacity, dim]: rows position .. position + length - 1 of each group become x [groups, length, dim];
// rows that would lie outside the capacity are left out.
EXPORT void appendToCache(float *cache, const float *x, int groups, int capacity, int length, int dim, int position) {
  int skip = position < 0 ? -position : 0, count = capacity - position < length ? capacity - position : length;
  for (int g = 0; g < groups; g++) {
    const float *from = x + g * length * dim;
    float *to = cache + (g * capacity + position) * dim;
    int i = skip * dim;
    for (; i + 4 <= count * dim; i += 4) store(to + i, load(from + i));
    for (; i < count * dim; i++) to[i] = from[i];
  }
}
