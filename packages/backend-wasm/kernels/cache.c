// Key/value cache: new rows are written where they belong.
#include "residual.h"

// cache [groups, capacity, dim]: rows position .. position + length of each group become x [groups, length, dim].
EXPORT void appendToCache(float *cache, const float *x, int groups, int capacity, int length, int dim, int position) {
  int count = length * dim;
  for (int g = 0; g < groups; g++, x += count) {
    float *to = cache + (g * capacity + position) * dim;
    int i = 0;
    for (; i + 4 <= count; i += 4) store(to + i, load(x + i));
    for (; i < count; i++) to[i] = x[i];
  }
}
