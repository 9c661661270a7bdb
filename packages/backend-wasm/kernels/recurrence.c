// Recurrences over time, one position after the other: a causal convolution, the selective scan of Mamba (Gu and Dao
// 2023), the state space of Mamba 2 (Dao and Gu 2024) and the gated delta rule (Yang et al. 2024). `past` may be null:
// zeros. Outputs and states of a sequence begin `stride` floats after those of the one before.
#include "residual.h"

INLINE f4 loadUpTo(const float *from, int count) { return count >= 4 ? load(from) : loadFirst(from, count, 0); }
INLINE void storeUpTo(float *to, int count, f4 v) {
  if (count >= 4) store(to, v);
  else storeFirst(to, count, v);
}
INLINE float exponentialOf(float x) { return wasm_f32x4_extract_lane(exponential(splat(x)), 0); }

INLINE void begin(const float *past, float *state, int count) {
  int i = 0;
  for (; i + 4 <= count; i += 4) store(state + i, past ? load(past + i) : splat(0));
  for (; i < count; i++) state[i] = past ? past[i] : 0;
}

// log(1 + exp(x)): max(x, 0) + log(1 + u) with u = exp(-|x|), by the series 2 (z + z³/3 + ...) in z = u / (2 + u).
INLINE f4 softplusOf(f4 x) {
  f4 u = exponential(wasm_f32x4_neg(wasm_f32x4_abs(x)));
  f4 z = divide(u, add(u, splat(2))), square = mul(z, z);
  f4 series = splat(1.0f / 13);
  series = multiplyAdd(series, square, splat(1.0f / 11));
  series = multiplyAdd(series, square, splat(1.0f / 9));
  series = multiplyAdd(series, square, splat(1.0f / 7));
  series = multiplyAdd(series, square, splat(1.0f / 5));
  series = multiplyAdd(series, square, splat(1.0f / 3));
  f4 rest = mul(add(z, z), multiplyAdd(series, square, splat(1)));
  return add(wasm_f32x4_pmax(x, splat(0)), rest);
}

EXPORT void softplus(const float *x, float *y, int count) {
  for (int i = 0; i < count; i += 4) storeUpTo(y + i, count - i, softplusOf(loadUpTo(x + i, count - i)));
}

// x [batch, length, dim], weight [dim, size], bias [dim] or null, past [batch, size - 1, dim] or null; scratch for
// size · dim floats.
EXPORT void causalConvolution(const float *x, const float *weight, const float *bias, const float *past, float *y,
                              float *scratch, int batch, int length, int dim, int size) {
  for (int d = 0; d < dim; d++)
    for (int i = 0; i < size; i++) scratch[i * dim + d] = weight[d * size + i];
  int before = size - 1;
  for (int b = 0; b < batch; b++, x += length * dim)
    for (int t = 0; t < length; t++, y += dim)
      for (int d = 0; d < dim; d += 4) {
        int count = dim - d;
        f4 sum = bias ? loadUpTo(bias + d, count) : splat(0);
        for (int i = 0; i < size; i++) {
          int at = t + i - before;
          if (at < 0 && !past) continue;
          const float *row = at < 0 ? past + (b * before + before + at) * dim : x + at * dim;
          sum = multiplyAdd(loadUpTo(scratch + i * dim + d, count), loadUpTo(row + d, count), sum);
        }
        storeUpTo(y + d, count, sum);
      }
}

// Entries of x whose states are read and written together, so that they stay in the cache.
enum { scanBlock = 64 };

// x, step [batch, length, dim], rate [dim, states], input, output [batch, length, states], past [batch, dim, states].
EXPORT void selectiveScan(const float *x, const float *step, const float *rate, const float *input,
                          const float *output, const float *past, float *y, float *state, int stride, int stateStride,
                          int batch, int length, int dim, int states) {
  for (int b = 0; b < batch; b++) {
    begin(past ? past + b * dim * states : 0, state, dim * states);
    for (int from = 0; from < dim; from += scanBlock) {
      int to = from + scanBlock < dim ? from + scanBlock : dim;
      for (int t = 0; t < length; t++) {
        const float *entering = input + t * states, *leaving = output + t * states;
        for (int d = from; d < to; d++) {
          float size = step[t * dim + d];
          f4 negative = splat(-size), amount = splat(size * x[t * dim + d]), sum = splat(0);
          for (int n = 0; n < states; n += 4) {
            int at = d * states + n, count = states - n;
            f4 decay = exponential(mul(negative, loadUpTo(rate + at, count)));
            f4 next = multiplyAdd(decay, loadUpTo(state + at, count), mul(amount, loadUpTo(entering + n, count)));
            storeUpTo(state + at, count, next);
            sum = multiplyAdd(next, loadUpTo(leaving + n, count), sum);
          }
          y[t * dim + d] = sumLanes(sum);
        }
      }
    }
    x += length * dim, step += length * dim, input += length * states, output += length * states;
    y += stride, state += stateStride;
  }
}

// One row of the state of a head: row ← decay row + amount entering; returns its product with leaving.
INLINE f4 advanceRow(float *row, f4 decay, f4 amount, const float *entering, const float *leaving, int states) {
  f4 sum = splat(0);
  int n = 0;
  for (; n + 4 <= states; n += 4) {
    f4 next = multiplyAdd(decay, load(row + n), mul(amount, load(entering + n)));
    store(row + n, next);
    sum = multiplyAdd(next, load(leaving + n), sum);
  }
  if (n < states) {
    int count = states - n;
    f4 next = multiplyAdd(decay, loadFirst(row + n, count, 0), mul(amount, loadFirst(entering + n, count, 0)));
    storeFirst(row + n, count, next);
    sum = multiplyAdd(next, loadFirst(leaving + n, count, 0), sum);
  }
  return sum;
}

// x [batch, length, heads, width], step [batch, length, heads], rate [heads], input, output [batch, length, groups,
// states], past [batch, heads, width, states].
EXPORT void stateSpaceDual(const float *x, const float *step, const float *rate, const float *input,
                           const float *output, const float *past, float *y, float *state, int stride,
                           int stateStride, int batch, int length, int heads, int width, int groups, int states) {
  for (int b = 0; b < batch; b++) {
    begin(past ? past + b * heads * width * states : 0, state, heads * width * states);
    for (int h = 0; h < heads; h++) {
      int group = h * groups / heads;
      for (int t = 0; t < length; t++) {
        float size = step[t * heads + h];
        f4 decay = splat(exponentialOf(-size * rate[h]));
        const float *values = x + (t * heads + h) * width;
        const float *entering = input + (t * groups + group) * states;
        const float *leaving = output + (t * groups + group) * states;
        float *rows = state + h * width * states, *to = y + (t * heads + h) * width;
        for (int p = 0; p < width; p++)
          to[p] = sumLanes(advanceRow(rows + p * states, decay, splat(size * values[p]), entering, leaving, states));
      }
    }
    x += length * heads * width, step += length * heads;
    input += length * groups * states, output += length * groups * states;
    y += stride, state += stateStride;
  }
}

// `count` (at most 4 · vectors) neighbouring columns of the state of a head at one position: they decay, the value of
// the key is replaced, and that of the query is read.
INLINE void advanceColumns(const float *query, const float *key, const float *value, float decay, float strength,
                           float *columns, float *to, int keys, int width, int count, const int vectors) {
  f4 sums[4], outs[4];
  UNROLL for (int v = 0; v < vectors; v++) sums[v] = outs[v] = splat(0);
  for (int k = 0; k < keys; k++) {
    f4 weight = splat(key[k]);
    UNROLL for (int v = 0; v < vectors; v++)
      sums[v] = multiplyAdd(weight, loadUpTo(columns + k * width + 4 * v, count - 4 * v), sums[v]);
  }
  f4 left = splat(decay);
  UNROLL for (int v = 0; v < vectors; v++)
    sums[v] = mul(sub(loadUpTo(value + 4 * v, count - 4 * v), mul(left, sums[v])), splat(strength));
  for (int k = 0; k < keys; k++) {
    f4 weight = splat(key[k]), read = splat(query[k]);
    UNROLL for (int v = 0; v < vectors; v++) {
      float *at = columns + k * width + 4 * v;
      f4 next = multiplyAdd(weight, sums[v], mul(left, loadUpTo(at, count - 4 * v)));
      storeUpTo(at, count - 4 * v, next);
      outs[v] = multiplyAdd(read, next, outs[v]);
    }
  }
  UNROLL for (int v = 0; v < vectors; v++) storeUpTo(to + 4 * v, count - 4 * v, outs[v]);
}

// query, key [batch, length, keyHeads, keys], value [batch, length, heads, width], logDecay, strength [batch, length,
// heads], past [batch, heads, keys, width].
EXPORT void gatedDeltaRule(const float *query, const float *key, const float *value, const float *logDecay,
                           const float *strength, const float *past, float *y, float *state, int stride,
                           int stateStride, int batch, int length, int heads, int width, int keyHeads, int keys) {
  for (int b = 0; b < batch; b++) {
    begin(past ? past + b * heads * keys * width : 0, state, heads * keys * width);
    for (int h = 0; h < heads; h++)
      for (int v = 0; v < width; v += 16)
        for (int t = 0; t < length; t++) {
          int at = t * heads + h, keyAt = (t * keyHeads + h * keyHeads / heads) * keys, count = width - v;
          float decay = exponentialOf(logDecay[at]);
          const float *q = query + keyAt, *k = key + keyAt, *from = value + at * width + v;
          float *columns = state + h * keys * width + v, *to = y + at * width + v;
          if (count >= 16) advanceColumns(q, k, from, decay, strength[at], columns, to, keys, width, 16, 4);
          else
            for (int i = 0; i < count; i += 4)
              advanceColumns(q, k, from + i, decay, strength[at], columns + i, to + i, keys, width, count - i, 1);
        }
    query += length * keyHeads * keys, key += length * keyHeads * keys, value += length * heads * width;
    logDecay += length * heads, strength += length * heads;
    y += stride, state += stateStride;
  }
}
