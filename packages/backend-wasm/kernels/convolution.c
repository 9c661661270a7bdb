// What the windows of a convolution see, side by side in rows (unfold), and its transpose (fold); depthwise
// convolutions. A window at (row, column) of [outHeight, outWidth] begins at row · stride - before.
#include "residual.h"

// Positions of x [batch, height, width, dim] and the windows over them.
typedef struct {
  int height, width, dim, outHeight, outWidth, kernelHeight, kernelWidth, strideY, strideX, gapY, gapX, top, left;
} Windows;

#define WINDOWS                                                                                                        \
  int height, int width, int dim, int outHeight, int outWidth, int kernelHeight, int kernelWidth, int strideY,         \
      int strideX, int gapY, int gapX, int top, int left
#define THE_WINDOWS                                                                                                    \
  {height, width, dim, outHeight, outWidth, kernelHeight, kernelWidth, strideY, strideX, gapY, gapX, top, left}

INLINE void copyLine(const float *from, float *to, int count) {
  int i = 0;
  for (; i + 4 <= count; i += 4) store(to + i, load(from + i));
  for (; i < count; i++) to[i] = from[i];
}
INLINE void fillLine(float *to, int count, float value) {
  int i = 0;
  for (; i + 4 <= count; i += 4) store(to + i, splat(value));
  for (; i < count; i++) to[i] = value;
}
INLINE void addLine(const float *from, float *to, int count) {
  int i = 0;
  for (; i + 4 <= count; i += 4) store(to + i, add(load(to + i), load(from + i)));
  for (; i < count; i++) to[i] += from[i];
}

// Windows `first` to before `first + rows` of all sequences, with the entries `from` to before `from + part` of each
// position: to unfolded [rows, kernelHeight, kernelWidth, part] or, when `folds`, added from there to x.
INLINE void walkWindows(Windows w, float *x, float *unfolded, int first, int rows, int from, int part, float outside,
                        const int folds) {
  for (int row = first; row < first + rows; row++) {
    int column = row % w.outWidth, line = row / w.outWidth;
    float *picture = x + line / w.outHeight * w.height * w.width * w.dim + from;
    int top = line % w.outHeight * w.strideY - w.top, left = column * w.strideX - w.left;
    int isWhole = w.gapX == 1 && part == w.dim && left >= 0 && left + w.kernelWidth <= w.width;
    int lineSize = w.kernelWidth * part;
    for (int i = 0; i < w.kernelHeight; i++, unfolded += lineSize) {
      int y = top + i * w.gapY;
      if (y < 0 || y >= w.height) {
        if (!folds) fillLine(unfolded, lineSize, outside);
        continue;
      }
      float *positions = picture + y * w.width * w.dim;
      if (isWhole) {
        if (folds) addLine(unfolded, positions + left * w.dim, lineSize);
        else copyLine(positions + left * w.dim, unfolded, lineSize);
        continue;
      }
      for (int j = 0; j < w.kernelWidth; j++) {
        int at = left + j * w.gapX, isInside = at >= 0 && at < w.width;
        float *entries = positions + at * w.dim, *tap = unfolded + j * part;
        if (folds && isInside) addLine(tap, entries, part);
        if (!folds && isInside) copyLine(entries, tap, part);
        if (!folds && !isInside) fillLine(tap, part, outside);
      }
    }
  }
}

EXPORT void unfold(float *x, float *to, int first, int rows, int from, int part, float outside, WINDOWS) {
  Windows windows = THE_WINDOWS;
  walkWindows(windows, x, to, first, rows, from, part, outside, 0);
}

EXPORT void fold(float *unfolded, float *x, int first, int rows, int from, int part, WINDOWS) {
  Windows windows = THE_WINDOWS;
  walkWindows(windows, x, unfolded, first, rows, from, part, 0, 1);
}

enum { FORWARD, INPUT, WEIGHT };

// The three passes of a depthwise convolution, weight [taps, dim]: y = windows of x times the weight; x += y times the
// weight; weight += windows of x times y. x [batch, height, width, dim], y [batch, outHeight, outWidth, dim].
INLINE void walkDepthwise(Windows w, float *x, float *weight, float *y, int rows, const int pass) {
  for (int row = 0; row < rows; row++, y += w.dim) {
    int column = row % w.outWidth, line = row / w.outWidth;
    float *picture = x + line / w.outHeight * w.height * w.width * w.dim;
    int top = line % w.outHeight * w.strideY - w.top, left = column * w.strideX - w.left;
    for (int i = 0; i < w.kernelHeight; i++) {
      int at = top + i * w.gapY;
      if (at < 0 || at >= w.height) continue;
      for (int j = 0; j < w.kernelWidth; j++) {
        int beside = left + j * w.gapX;
        if (beside < 0 || beside >= w.width) continue;
        float *entries = picture + (at * w.width + beside) * w.dim;
        float *factors = weight + (i * w.kernelWidth + j) * w.dim;
        float *to = pass == FORWARD ? y : pass == INPUT ? entries : factors;
        float *a = pass == INPUT ? y : entries, *b = pass == WEIGHT ? y : factors;
        int d = 0;
        for (; d + 4 <= w.dim; d += 4) store(to + d, multiplyAdd(load(a + d), load(b + d), load(to + d)));
        for (; d < w.dim; d++) to[d] += a[d] * b[d];
      }
    }
  }
}

EXPORT void depthwise(float *x, float *weight, float *y, int rows, WINDOWS) {
  Windows windows = THE_WINDOWS;
  walkDepthwise(windows, x, weight, y, rows, FORWARD);
}
EXPORT void depthwiseInput(float *x, float *weight, float *y, int rows, WINDOWS) {
  Windows windows = THE_WINDOWS;
  walkDepthwise(windows, x, weight, y, rows, INPUT);
}
EXPORT void depthwiseWeight(float *x, float *weight, float *y, int rows, WINDOWS) {
  Windows windows = THE_WINDOWS;
  walkDepthwise(windows, x, weight, y, rows, WEIGHT);
}

// to[columns][rows] = from[rows][columns]
EXPORT void transposeRows(const float *from, float *to, int rows, int columns) {
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < columns; j++) to[j * rows + i] = from[i * columns + j];
}
// count rows of y = line, or 0 if it is null
EXPORT void fillRows(const float *line, float *y, int count, int columns) {
  for (int i = 0; i < count; i++, y += columns)
    if (line) copyLine(line, y, columns);
    else fillLine(y, columns, 0);
}
