// Rotary position embedding (Su et al., "RoFormer", 2021): pairs of entries of a head turn by the angle of their
// position.
#include "residual.h"

INLINE void copy(const float *x, float *y, int count) {
  int i = 0;
  for (; i + 4 <= count; i += 4) store(y + i, load(x + i));
  for (; i < count; i++) y[i] = x[i];
}

// The pair of entry i is entry i + pairs.
INLINE void rotateHalves(const float *x, const float *cos, const float *sin, float *y, int pairs) {
  int i = 0;
  for (; i + 4 <= pairs; i += 4) {
    f4 a = load(x + i), b = load(x + pairs + i), c = load(cos + i), s = load(sin + i);
    store(y + i, sub(mul(a, c), mul(b, s)));
    store(y + pairs + i, add(mul(b, c), mul(a, s)));
  }
  for (; i < pairs; i++) {
    y[i] = x[i] * cos[i] - x[pairs + i] * sin[i];
    y[pairs + i] = x[pairs + i] * cos[i] + x[i] * sin[i];
  }
}

// The pair of entry 2 i is entry 2 i + 1.
INLINE void rotateNeighbours(const float *x, const float *cos, const float *sin, float *y, int pairs) {
  for (int i = 0; i < pairs; i++) {
    y[2 * i] = x[2 * i] * cos[i] - x[2 * i + 1] * sin[i];
    y[2 * i + 1] = x[2 * i + 1] * cos[i] + x[2 * i] * sin[i];
  }
}

// x [batch, heads, length, headDim]; cos, sin [positions, pairs]; ids [length], or [batch, length] when idsStride is
// length instead of 0. Returns -1, or the index of an id that is not below `positions`.
EXPORT int rotate(const float *x, const float *cos, const float *sin, const int *ids, float *y, int batch, int heads,
                  int length, int headDim, int positions, int pairs, int idsStride, int interleaved) {
  int count = idsStride ? batch * length : length;
  for (int i = 0; i < count; i++)
    if ((unsigned)ids[i] >= (unsigned)positions) return i;
  for (int b = 0; b < batch; b++, ids += idsStride)
    for (int h = 0; h < heads; h++)
      for (int i = 0; i < length; i++, x += headDim, y += headDim) {
        const float *c = cos + ids[i] * pairs, *s = sin + ids[i] * pairs;
        if (interleaved) rotateNeighbours(x, c, s, y, pairs);
        else rotateHalves(x, c, s, y, pairs);
        copy(x + 2 * pairs, y + 2 * pairs, headDim - 2 * pairs);
      }
  return -1;
}
