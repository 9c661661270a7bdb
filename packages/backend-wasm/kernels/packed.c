// Matrices whose entries are stored in fewer bits: f16, bf16, and groups of 32 in 8 or 4 bits with a float16 scale.
#include "packed.h"

// y[count, width] = rows of a packed matrix of `total` rows: those named by ids, or all if ids is 0. `words` and
// `scaleWords` are the 32-bit words of a row. Returns -1, or the index of an id that names no row.
EXPORT int unpack(int form, const int *quants, const int *scales, const int *ids, float *y, int count, int total,
                  int width, int words, int scaleWords) {
  for (int n = 0; ids && n < count; n++)
    if ((unsigned)ids[n] >= (unsigned)total) return n;
  for (int n = 0; n < count; n++, y += width) {
    int row = ids ? ids[n] : n;
    unpackRow(form, (const char *)(quants + row * words), (const short *)(scales + row * scaleWords), y, width);
  }
  return -1;
}
