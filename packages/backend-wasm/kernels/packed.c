// Matrices whose entries are stored in fewer bits, as floats.
#include "packed.h"

// y[count, width] = rows of a packed matrix of `total` rows: those named by ids, or all if ids is 0. `words` and
// `scaleWords` are the 32-bit words of a row. Returns -1, or the index of an id that names no row.
EXPORT int unpack(int form, const int *quants, const int *scales, const int *ids, float *y, int count, int total,
                  int width, int words, int scaleWords) {
  for (int n = 0; ids && n < count; n++)
    if ((unsigned)ids[n] >= (unsigned)total) return n;
  for (int n = 0; n < count; n++, y += width) {
    int row = ids ? ids[n] : n;
    const char *bits = (const char *)(quants + row * words);
    const short *halves = (const short *)(scales + row * scaleWords);
    switch (form) {
    case F16:
      unpackRow(F16, bits, 0, y, width);
      break;
    case BF16:
      unpackRow(BF16, bits, 0, y, width);
      break;
    case INT8:
      unpackRow(INT8, bits, halves, y, width);
      break;
    default:
      unpackRow(INT4, bits, halves, y, width);
    }
  }
  return -1;
}
