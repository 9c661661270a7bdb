// softmax(scale q kᵀ + bias) v over the keys each query may see. The scores of one query, or of four side by side, are
// all that is ever held: [visible keys] or [visible keys][4] floats of scratch. Keys that nobody may see are not read.
#include "residual.h"

// One stretch of keys or values: `count` rows of `dim` floats, one below the other.
// scores[count] = q kᵀ for one query.
INLINE void scoreOne(const float *q, const float *k, int count, int dim, float *scores) {
  int j = 0;
  for (; j + 4 <= count; j += 4, k += 4 * dim) {
    f4 a = splat(0), b = a, c = a, d = a;
    int i = 0;
    for (; i + 4 <= dim; i += 4) {
      f4 x = load(q + i);
      a = multiplyAdd(x, load(k + i), a);
      b = multiplyAdd(x, load(k + dim + i), b);
      c = multiplyAdd(x, load(k + 2 * dim + i), c);
      d = multiplyAdd(x, load(k + 3 * dim + i), d);
    }
    f4 sum = sumEach(a, b, c, d);
    for (; i < dim; i++)
      sum = multiplyAdd(splat(q[i]), wasm_f32x4_make(k[i], k[dim + i], k[2 * dim + i], k[3 * dim + i]), sum);
    store(scores + j, sum);
  }
  for (; j < count; j++, k += dim) {
    f4 a = splat(0);
    int i = 0;
    for (; i + 4 <= dim; i += 4) a = multiplyAdd(load(q + i), load(k + i), a);
    float sum = sumLanes(a);
    for (; i < dim; i++) sum += q[i] * k[i];
    scores[j] = sum;
  }
}

// scores[count][4] = q kᵀ for the four queries at q + row[i].
INLINE void scoreFour(const float *q0, const float *q1, const float *q2, const float *q3, const float *k, int count,
                      int dim, float *scores) {
  for (int j = 0; j < count; j += 2, k += 2 * dim) {
    const float *next = j + 1 < count ? k + dim : k;
    f4 a0 = splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
    int i = 0;
    for (; i + 4 <= dim; i += 4) {
      f4 a = load(k + i), b = load(next + i), x;
      x = load(q0 + i), a0 = multiplyAdd(x, a, a0), b0 = multiplyAdd(x, b, b0);
      x = load(q1 + i), a1 = multiplyAdd(x, a, a1), b1 = multiplyAdd(x, b, b1);
      x = load(q2 + i), a2 = multiplyAdd(x, a, a2), b2 = multiplyAdd(x, b, b2);
      x = load(q3 + i), a3 = multiplyAdd(x, a, a3), b3 = multiplyAdd(x, b, b3);
    }
    f4 a = sumEach(a0, a1, a2, a3), b = sumEach(b0, b1, b2, b3);
    for (; i < dim; i++) {
      f4 x = wasm_f32x4_make(q0[i], q1[i], q2[i], q3[i]);
      a = multiplyAdd(x, splat(k[i]), a);
      b = multiplyAdd(x, splat(next[i]), b);
    }
    store(scores + 4 * j, a);
    if (j + 1 < count) store(scores + 4 * j + 4, b);
  }
}

// out[dim] += p[count] v for one query.
INLINE void mixOne(const float *p, const float *v, int count, int dim, float *out) {
  int j = 0;
  for (; j + 4 <= count; j += 4, v += 4 * dim) {
    f4 p0 = loadSplat(p + j), p1 = loadSplat(p + j + 1), p2 = loadSplat(p + j + 2), p3 = loadSplat(p + j + 3);
    int i = 0;
    for (; i + 4 <= dim; i += 4) {
      f4 sum = multiplyAdd(p0, load(v + i), load(out + i));
      f4 more = mul(p1, load(v + dim + i));
      sum = multiplyAdd(p2, load(v + 2 * dim + i), sum);
      store(out + i, add(sum, multiplyAdd(p3, load(v + 3 * dim + i), more)));
    }
    for (; i < dim; i++)
      out[i] += (p[j] * v[i] + p[j + 1] * v[dim + i]) + (p[j + 2] * v[2 * dim + i] + p[j + 3] * v[3 * dim + i]);
  }
  for (; j < count; j++, v += dim) {
    int i = 0;
    for (; i + 4 <= dim; i += 4) store(out + i, multiplyAdd(splat(p[j]), load(v + i), load(out + i)));
    for (; i < dim; i++) out[i] += p[j] * v[i];
  }
}

// o[dim] += p[count][4] v for four queries, `width` (8 or 4) columns at a time. Rows may be the same: all are read
// before one is written.
INLINE void mixColumns(const float *p, const float *v, int count, int dim, float *o0, float *o1, float *o2, float *o3,
                       const int width) {
  const int wide = width == 8;
  f4 a0 = load(o0), a1 = load(o1), a2 = load(o2), a3 = load(o3), b0 = splat(0), b1 = b0, b2 = b0, b3 = b0;
  if (wide) b0 = load(o0 + 4), b1 = load(o1 + 4), b2 = load(o2 + 4), b3 = load(o3 + 4);
  for (int j = 0; j < count; j++, p += 4, v += dim) {
    f4 a = load(v), b = wide ? load(v + 4) : a, x;
    x = loadSplat(p), a0 = multiplyAdd(x, a, a0), b0 = multiplyAdd(x, b, b0);
    x = loadSplat(p + 1), a1 = multiplyAdd(x, a, a1), b1 = multiplyAdd(x, b, b1);
    x = loadSplat(p + 2), a2 = multiplyAdd(x, a, a2), b2 = multiplyAdd(x, b, b2);
    x = loadSplat(p + 3), a3 = multiplyAdd(x, a, a3), b3 = multiplyAdd(x, b, b3);
  }
  store(o0, a0), store(o1, a1), store(o2, a2), store(o3, a3);
  if (wide) store(o0 + 4, b0), store(o1 + 4, b1), store(o2 + 4, b2), store(o3 + 4, b3);
}

INLINE void mixFour(const float *p, const float *v, int count, int dim, float *o0, float *o1, float *o2, float *o3) {
  int i = 0;
  for (; i + 8 <= dim; i += 8) mixColumns(p, v + i, count, dim, o0 + i, o1 + i, o2 + i, o3 + i, 8);
  for (; i + 4 <= dim; i += 4) mixColumns(p, v + i, count, dim, o0 + i, o1 + i, o2 + i, o3 + i, 4);
  for (; i < dim; i++) {
    f4 sum = wasm_f32x4_make(o0[i], o1[i], o2[i], o3[i]);
    for (int j = 0; j < count; j++) sum = multiplyAdd(load(p + 4 * j), splat(v[j * dim + i]), sum);
    o0[i] = wasm_f32x4_extract_lane(sum, 0), o1[i] = wasm_f32x4_extract_lane(sum, 1);
    o2[i] = wasm_f32x4_extract_lane(sum, 2), o3[i] = wasm_f32x4_extract_lane(sum, 3);
  }
}

// softCap tanh(scores / softCap) when there is a cap.
INLINE f4 capped(f4 scores, float softCap) {
  return softCap > 0 ? mul(splat(softCap), hyperbolicTangent(divide(scores, splat(softCap)))) : scores;
}
INLINE f4 finite(f4 greatest) { return choose(wasm_f32x4_eq(greatest, splat(-__builtin_inff())), splat(0), greatest); }
INLINE f4 inverse(f4 sum) { return choose(wasm_f32x4_eq(sum, splat(0)), splat(0), divide(splat(1), sum)); }

// scores[count] to probabilities in place, for one query; lanes are keys. Up to three floats past the end are used.
INLINE void softmaxOne(float *scores, int count, const float *bias, float scale, float softCap) {
  const float none = -__builtin_inff();
  f4 greatest = splat(none), sum = splat(0);
  for (int j = count; j & 3; j++) scores[j] = 0;
  for (int j = 0; j < count; j += 4) {
    f4 s = capped(mul(load(scores + j), splat(scale)), softCap);
    int rest = count - j;
    if (rest < 4)
      s = add(s, bias ? loadFirst(bias + j, rest, none)
                      : wasm_f32x4_make(0, rest > 1 ? 0 : none, rest > 2 ? 0 : none, none));
    else if (bias) s = add(s, load(bias + j));
    greatest = wasm_f32x4_pmax(greatest, s);
    store(scores + j, s);
  }
  f4 top = finite(splat(maxLanes(greatest)));
  for (int j = 0; j < count; j += 4) {
    f4 e = exponential(sub(load(scores + j), top));
    sum = add(sum, e);
    store(scores + j, e);
  }
  f4 factor = inverse(splat(sumLanes(sum)));
  for (int j = 0; j < count; j += 4) store(scores + j, mul(load(scores + j), factor));
}

// scores[count][4] to probabilities in place, for four queries; lanes are queries. Query i sees the keys from first[i]
// up to last[i].
INLINE void softmaxFour(float *scores, int count, f4 first, f4 last, const float *b0, const float *b1, const float *b2,
                        const float *b3, float scale, float softCap) {
  f4 none = splat(-__builtin_inff()), greatest = none, sum = splat(0);
  for (int j = 0; j < count; j++) {
    f4 s = capped(mul(load(scores + 4 * j), splat(scale)), softCap), at = wasm_i32x4_splat(j);
    if (b0) s = add(s, wasm_f32x4_make(b0[j], b1[j], b2[j], b3[j]));
    s = choose(wasm_v128_and(wasm_i32x4_ge(at, first), wasm_i32x4_lt(at, last)), s, none);
    greatest = wasm_f32x4_pmax(greatest, s);
    store(scores + 4 * j, s);
  }
  greatest = finite(greatest);
  for (int j = 0; j < count; j++) {
    f4 e = exponential(sub(load(scores + 4 * j), greatest));
    sum = add(sum, e);
    store(scores + 4 * j, e);
  }
  f4 factor = inverse(sum);
  for (int j = 0; j < count; j++) store(scores + 4 * j, mul(load(scores + 4 * j), factor));
}

INLINE int least(int a, int b) { return a < b ? a : b; }
INLINE int most(int a, int b) { return a > b ? a : b; }

// The keys that a query at position p may see run from firstKey up to lastKey, within [start, end).
INLINE int firstKey(int p, int start, int window) { return window ? most(start, p - window + 1) : start; }
INLINE int lastKey(int p, int end, int causal, int window) {
  return causal ? least(end, p + 1) : window ? least(end, p + window) : end;
}

// Where the stretch of keys that starts at j ends: keys of one stretch lie in the rows of one batch entry.
INLINE int stretch(const int *beamIndices, int j, int end) {
  if (!beamIndices) return end;
  int stop = j + 1;
  while (stop < end && beamIndices[stop] == beamIndices[j]) stop++;
  return stop;
}

// query [batch, heads, queryLen, headDim], key [batch, kvHeads, keyLen, headDim], value [batch, kvHeads, keyLen,
// valueDim]; bias is read at batchStride, headStride, queryStride (0 where it is broadcast); keyStart, keyEnd
// [batch], beamIndices [batch, keyLen] and bias may be null. scratch: 4 keyLen + 4 floats. Returns -1, or the index in
// `beamIndices` of a row that is not in the batch.
EXPORT int attend(const float *query, const float *key, const float *value, const float *bias, float *out,
                  float *scratch, const int *keyStart, const int *keyEnd, const int *beamIndices, int batch, int heads,
                  int kvHeads, int queryLen, int keyLen, int headDim, int valueDim, int batchStride, int headStride,
                  int queryStride, int position, int causal, int window, float scale, float softCap) {
  int group = heads / kvHeads, rows = group * queryLen;
  for (int b = 0; b < batch; b++) {
    int start = keyStart ? most(0, keyStart[b]) : 0, end = keyEnd ? least(keyLen, keyEnd[b]) : keyLen;
    const int *from = beamIndices ? beamIndices + b * keyLen : 0;
    if (from)
      for (int j = start; j < end; j++)
        if ((unsigned)from[j] >= (unsigned)batch) return b * keyLen + j;
    for (int h = 0; h < kvHeads; h++)
      for (int row = 0; row < rows; row += 4) {
        int base = (b * kvHeads + h) * rows + row, count = least(4, rows - row);
        // A row past the last is the last row again: it does the same work and writes the same numbers.
        int r1 = least(1, count - 1), r2 = least(2, count - 1), r3 = least(3, count - 1);
        const float *q = query + base * headDim;
        float *o = out + base * valueDim;
        for (int i = 0; i < count * valueDim; i++) o[i] = 0;
        int p0 = position + row % queryLen, p1 = position + (row + r1) % queryLen;
        int p2 = position + (row + r2) % queryLen, p3 = position + (row + r3) % queryLen;
        int f0 = firstKey(p0, start, window), f1 = firstKey(p1, start, window), f2 = firstKey(p2, start, window),
            f3 = firstKey(p3, start, window);
        int l0 = lastKey(p0, end, causal, window), l1 = lastKey(p1, end, causal, window);
        int l2 = lastKey(p2, end, causal, window), l3 = lastKey(p3, end, causal, window);
        int first = least(least(f0, f1), least(f2, f3)), last = most(most(l0, l1), most(l2, l3));
        if (first >= last) continue;
        int keys = last - first;
        const float *b0 = 0, *b1 = 0, *b2 = 0, *b3 = 0;
        if (bias) {
          const float *of = bias + b * batchStride + first;
          b0 = of + (h * group + row / queryLen) * headStride + (p0 - position) * queryStride;
          b1 = of + (h * group + (row + r1) / queryLen) * headStride + (p1 - position) * queryStride;
          b2 = of + (h * group + (row + r2) / queryLen) * headStride + (p2 - position) * queryStride;
          b3 = of + (h * group + (row + r3) / queryLen) * headStride + (p3 - position) * queryStride;
        }
        for (int j = first, stop; j < last; j = stop) {
          stop = stretch(from, j, last);
          const float *k = key + (((from ? from[j] : b) * kvHeads + h) * keyLen + j) * headDim;
          if (count == 1) scoreOne(q, k, stop - j, headDim, scratch + j - first);
          else
            scoreFour(q, q + r1 * headDim, q + r2 * headDim, q + r3 * headDim, k, stop - j, headDim,
                      scratch + 4 * (j - first));
        }
        if (count == 1) softmaxOne(scratch, keys, b0, scale, softCap);
        else
          softmaxFour(scratch, keys, wasm_i32x4_make(f0 - first, f1 - first, f2 - first, f3 - first),
                      wasm_i32x4_make(l0 - first, l1 - first, l2 - first, l3 - first), b0, b1, b2, b3, scale, softCap);
        for (int j = first, stop; j < last; j = stop) {
          stop = stretch(from, j, last);
          const float *v = value + (((from ? from[j] : b) * kvHeads + h) * keyLen + j) * valueDim;
          if (count == 1) mixOne(scratch + j - first, v, stop - j, valueDim, o);
          else
            mixFour(scratch + 4 * (j - first), v, stop - j, valueDim, o, o + r1 * valueDim, o + r2 * valueDim,
                    o + r3 * valueDim);
        }
      }
  }
  return -1;
}
