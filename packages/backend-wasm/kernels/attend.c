// softmax(scale q kᵀ + bias) v over the keys each query may see, in blocks of keys with a running maximum and sum (Dao
// et al. 2022): each block of a head of keys and values is read once, for all queries of all heads that share it. Keys
// that nobody may see are not read. One query or two read packed caches as they are, more get them as floats.
#include "cache.h"

enum { F32 = 4 };   // the form of a cache that is not packed
enum { BLOCK = 512 };       // keys that are read where they are
enum { LONG = 4 * BLOCK };  // the same for one query, whose scores take a quarter of the room
enum { UNPACKED = 64 };     // keys that are unpacked first

INLINE int most(int a, int b) { return a > b ? a : b; }

// Four entries of a row of a cache that is not packed or of float16, from i on; and one.
INLINE f4 fourOf(const int form, const char *row, int i) {
  return form == F32 ? load((const float *)row + i) : halves(wasm_i32x4_load16x4((const short *)row + i));
}
INLINE float entry(const int form, const char *row, int i) {
  return form == F32 ? ((const float *)row)[i] : half(((const short *)row)[i]);
}

// The lanes of v at four places.
INLINE void storeEach(f4 v, float *a, float *b, float *c, float *d) {
  wasm_v128_store32_lane(a, v, 0), wasm_v128_store32_lane(b, v, 1);
  wasm_v128_store32_lane(c, v, 2), wasm_v128_store32_lane(d, v, 3);
}

// One stretch of keys or values: `count` rows of `dim` entries, `stride` bytes apart. Rows that are read at once lie a
// part of the stretch apart: streams far apart keep the memory busier than one.
// scores[count] = q kᵀ for one query.
INLINE void scoreOne(const int form, const float *q, const char *k, int stride, int count, int dim, float *scores) {
  int part = count / 4, j = 0;
  for (; j < part; j++, k += stride) {
    const char *k1 = k + part * stride, *k2 = k1 + part * stride, *k3 = k2 + part * stride;
    f4 a = splat(0), b = a, c = a, d = a;
    int i = 0;
    for (; i + 4 <= dim; i += 4) {
      f4 x = load(q + i);
      a = multiplyAdd(x, fourOf(form, k, i), a);
      b = multiplyAdd(x, fourOf(form, k1, i), b);
      c = multiplyAdd(x, fourOf(form, k2, i), c);
      d = multiplyAdd(x, fourOf(form, k3, i), d);
    }
    f4 sum = sumEach(a, b, c, d);
    for (; i < dim; i++) {
      f4 row = wasm_f32x4_make(entry(form, k, i), entry(form, k1, i), entry(form, k2, i), entry(form, k3, i));
      sum = multiplyAdd(splat(q[i]), row, sum);
    }
    storeEach(sum, scores + j, scores + part + j, scores + 2 * part + j, scores + 3 * part + j);
  }
  k += 3 * part * stride;
  for (j = 4 * part; j < count; j++, k += stride) {
    f4 a = splat(0);
    int i = 0;
    for (; i + 4 <= dim; i += 4) a = multiplyAdd(load(q + i), fourOf(form, k, i), a);
    float sum = sumLanes(a);
    for (; i < dim; i++) sum += q[i] * entry(form, k, i);
    scores[j] = sum;
  }
}

// scores[count][4] = q kᵀ for the four queries at q + row[i].
INLINE void scoreFour(const float *q0, const float *q1, const float *q2, const float *q3, const float *k, int count,
                      int dim, float *scores) {
  int part = (count + 1) / 2;
  for (int j = 0; j < part; j++, k += dim) {
    int far = j + part < count ? part : 0; // the middle row of an odd count is its own partner
    const float *next = k + far * dim;
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
    store(scores + 4 * (j + far), b);
  }
}

// out[dim] += p[count] v for one query.
INLINE void mixOne(const int form, const float *p, const char *v, int stride, int count, int dim, float *out) {
  int part = count / 4, j = 0;
  const float *far1 = p + part, *far2 = far1 + part, *far3 = far2 + part;
  for (; j < part; j++, v += stride) {
    const char *v1 = v + part * stride, *v2 = v1 + part * stride, *v3 = v2 + part * stride;
    f4 p0 = loadSplat(p + j), p1 = loadSplat(far1 + j), p2 = loadSplat(far2 + j), p3 = loadSplat(far3 + j);
    int i = 0;
    for (; i + 4 <= dim; i += 4) {
      f4 sum = multiplyAdd(p0, fourOf(form, v, i), load(out + i));
      f4 more = mul(p1, fourOf(form, v1, i));
      sum = multiplyAdd(p2, fourOf(form, v2, i), sum);
      store(out + i, add(sum, multiplyAdd(p3, fourOf(form, v3, i), more)));
    }
    for (; i < dim; i++)
      out[i] += (p[j] * entry(form, v, i) + far1[j] * entry(form, v1, i)) +
                (far2[j] * entry(form, v2, i) + far3[j] * entry(form, v3, i));
  }
  v += 3 * part * stride;
  for (j = 4 * part; j < count; j++, v += stride) {
    int i = 0;
    for (; i + 4 <= dim; i += 4) store(out + i, multiplyAdd(splat(p[j]), fourOf(form, v, i), load(out + i)));
    for (; i < dim; i++) out[i] += p[j] * entry(form, v, i);
  }
}

// A query as integers of two digits: q = unit (high + low / 2^16), exact to 2^-31 of the largest entry. `digits` holds
// eight high and eight low ones in turns. Returns the unit.
INLINE float digitsOf(const float *q, int dim, short *digits) {
  f4 most = splat(0);
  for (int i = 0; i < dim; i += 4) most = wasm_f32x4_max(most, wasm_f32x4_abs(load(q + i)));
  most = wasm_f32x4_max(most, wasm_i32x4_shuffle(most, most, 2, 3, 0, 1));
  most = wasm_f32x4_max(most, wasm_i32x4_shuffle(most, most, 1, 0, 3, 2));
  f4 unit = divide(most, splat(32767)), inverse = divide(splat(32767), most);
  inverse = choose(wasm_f32x4_eq(most, splat(0)), splat(0), inverse);
  for (int i = 0; i < dim; i += 8, digits += 16) {
    f4 a = mul(load(q + i), inverse), b = mul(load(q + i + 4), inverse);
    f4 ha = wasm_f32x4_nearest(a), hb = wasm_f32x4_nearest(b);
    f4 la = mul(sub(a, ha), splat(65536)), lb = mul(sub(b, hb), splat(65536));
    wasm_v128_store(digits, wasm_i16x8_narrow_i32x4(wasm_i32x4_trunc_sat_f32x4(ha), wasm_i32x4_trunc_sat_f32x4(hb)));
    la = wasm_i32x4_trunc_sat_f32x4(la), lb = wasm_i32x4_trunc_sat_f32x4(lb);
    wasm_v128_store(digits + 8, wasm_i16x8_narrow_i32x4(la, lb));
  }
  return wasm_f32x4_extract_lane(unit, 0);
}

// The scales of group g of four rows of int8, which come after their `groups` groups of entries.
INLINE f4 scalesOf(const char *a, const char *b, const char *c, const char *d, int groups, int g) {
  int at = groups * GROUP + 2 * g;
  return halves(wasm_i32x4_make(*(const short *)(a + at), *(const short *)(b + at), *(const short *)(c + at),
                                *(const short *)(d + at)));
}

// scores[count] = q kᵀ for one query in digits and rows of int8 of whole groups. A row past the last is the last again.
INLINE void scoreOneInt8(const short *digits, float unit, const char *k, int stride, int count, int groups,
                         float *scores) {
  int part = (count + 3) / 4, last = count - 1;
  for (int j = 0; j < part; j++) {
    int j1 = least(j + part, last), j2 = least(j + 2 * part, last), j3 = least(j + 3 * part, last);
    const char *k0 = k + j * stride, *k1 = k + j1 * stride, *k2 = k + j2 * stride, *k3 = k + j3 * stride;
    f4 s0 = splat(0), s1 = s0, s2 = s0, s3 = s0;
    const short *x = digits;
    for (int g = 0; g < groups; g++) {
      v128_t h0 = splat(0), h1 = h0, h2 = h0, h3 = h0, l0 = h0, l1 = h0, l2 = h0, l3 = h0;
      UNROLL for (int i = 0; i < GROUP; i += 8, x += 16) {
        v128_t high = wasm_v128_load(x), low = wasm_v128_load(x + 8), v;
        int at = g * GROUP + i;
        v = wasm_i16x8_load8x8(k0 + at);
        h0 = wasm_i32x4_add(h0, wasm_i32x4_dot_i16x8(v, high)), l0 = wasm_i32x4_add(l0, wasm_i32x4_dot_i16x8(v, low));
        v = wasm_i16x8_load8x8(k1 + at);
        h1 = wasm_i32x4_add(h1, wasm_i32x4_dot_i16x8(v, high)), l1 = wasm_i32x4_add(l1, wasm_i32x4_dot_i16x8(v, low));
        v = wasm_i16x8_load8x8(k2 + at);
        h2 = wasm_i32x4_add(h2, wasm_i32x4_dot_i16x8(v, high)), l2 = wasm_i32x4_add(l2, wasm_i32x4_dot_i16x8(v, low));
        v = wasm_i16x8_load8x8(k3 + at);
        h3 = wasm_i32x4_add(h3, wasm_i32x4_dot_i16x8(v, high)), l3 = wasm_i32x4_add(l3, wasm_i32x4_dot_i16x8(v, low));
      }
      f4 scales = scalesOf(k0, k1, k2, k3, groups, g), digit = splat(0x1p-16f);
#define JOIN(h, l) multiplyAdd(wasm_f32x4_convert_i32x4(l), digit, wasm_f32x4_convert_i32x4(h))
      s0 = multiplyAdd(JOIN(h0, l0), wasm_i32x4_shuffle(scales, scales, 0, 0, 0, 0), s0);
      s1 = multiplyAdd(JOIN(h1, l1), wasm_i32x4_shuffle(scales, scales, 1, 1, 1, 1), s1);
      s2 = multiplyAdd(JOIN(h2, l2), wasm_i32x4_shuffle(scales, scales, 2, 2, 2, 2), s2);
      s3 = multiplyAdd(JOIN(h3, l3), wasm_i32x4_shuffle(scales, scales, 3, 3, 3, 3), s3);
    }
    f4 sum = mul(sumEach(s0, s1, s2, s3), splat(unit));
    storeEach(sum, scores + j, scores + j1, scores + j2, scores + j3);
  }
}

// low and high += eight bytes, signed, times 2^16 and a weight. They become the upper halves of 32 bits, since clang
// would convert them one by one if they were extended.
INLINE void addScaled(f4 weight, const char *v, f4 *low, f4 *high) {
  v128_t x = wasm_i16x8_load8x8(v), none = splat(0);
  v128_t a = wasm_i16x8_shuffle(none, x, 0, 8, 1, 9, 2, 10, 3, 11);
  v128_t b = wasm_i16x8_shuffle(none, x, 4, 12, 5, 13, 6, 14, 7, 15);
  *low = multiplyAdd(weight, wasm_f32x4_convert_i32x4(a), *low);
  *high = multiplyAdd(weight, wasm_f32x4_convert_i32x4(b), *high);
}

// out[groups of 32] += p[count] v for one query and rows of int8 of whole groups.
INLINE void mixOneInt8(const float *p, const char *v, int stride, int count, int groups, float *out) {
  for (int g = 0; g < groups; g++, out += GROUP) {
    f4 a = load(out), b = load(out + 4), c = load(out + 8), d = load(out + 12);
    f4 e = load(out + 16), f = load(out + 20), h = load(out + 24), i = load(out + 28);
    const char *row = v + g * GROUP, *scale = v + groups * GROUP + 2 * g;
    for (int j = 0; j < count; j++, row += stride, scale += stride) {
      f4 weight = mul(mul(loadSplat(p + j), splat(0x1p-16f)), halves(wasm_i32x4_splat(*(const short *)scale)));
      addScaled(weight, row, &a, &b);
      addScaled(weight, row + 8, &c, &d);
      addScaled(weight, row + 16, &e, &f);
      addScaled(weight, row + 24, &h, &i);
    }
    store(out, a), store(out + 4, b), store(out + 8, c), store(out + 12, d);
    store(out + 16, e), store(out + 20, f), store(out + 24, h), store(out + 28, i);
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

// Fetches rows, which `mixColumns` reads a few columns at a time, as four streams.
INLINE void fetch(const char *rows, int bytes) {
  int part = bytes / 4 & ~63;
  for (int at = 0; at < part; at += 64)
    UNROLL for (int i = 0; i < 4; i++) (void)*(const volatile char *)(rows + i * part + at);
}

// softCap tanh(scores / softCap) when there is a cap.
INLINE f4 capped(f4 scores, float softCap) {
  return softCap > 0 ? mul(splat(softCap), hyperbolicTangent(divide(scores, splat(softCap)))) : scores;
}
INLINE f4 finite(f4 greatest) { return choose(wasm_f32x4_eq(greatest, splat(-__builtin_inff())), splat(0), greatest); }
INLINE f4 inverse(f4 sum) { return choose(wasm_f32x4_eq(sum, splat(0)), splat(0), divide(splat(1), sum)); }

// A block of scores[count] to exp(score - greatest) in place, for one query; lanes are keys. `greatest` and `sum` run
// over the blocks; returns the factor of what was summed before. Up to three floats past the end are used.
INLINE float weighOne(float *scores, int count, const float *bias, float scale, float softCap, float *greatest,
                      float *sum) {
  const float none = -__builtin_inff();
  f4 most = splat(*greatest), total = splat(0), old = most;
  for (int j = count; j & 3; j++) scores[j] = 0;
  for (int j = 0; j < count; j += 4) {
    f4 s = capped(mul(load(scores + j), splat(scale)), softCap);
    int rest = count - j;
    if (rest < 4)
      s = add(s, bias ? loadFirst(bias + j, rest, none)
                      : wasm_f32x4_make(0, rest > 1 ? 0 : none, rest > 2 ? 0 : none, none));
    else if (bias) s = add(s, load(bias + j));
    most = wasm_f32x4_pmax(most, s);
    store(scores + j, s);
  }
  float top = maxLanes(most);
  f4 shift = finite(splat(top));
  for (int j = 0; j < count; j += 4) {
    f4 e = exponential(sub(load(scores + j), shift));
    total = add(total, e);
    store(scores + j, e);
  }
  float factor = wasm_f32x4_extract_lane(exponential(sub(old, shift)), 0);
  *greatest = top;
  *sum = *sum * factor + sumLanes(total);
  return factor;
}

// The same for scores[count][4] of four queries; lanes are queries. Query i sees the keys from first[i] up to last[i].
INLINE f4 weighFour(float *scores, int count, f4 first, f4 last, const float *b0, const float *b1, const float *b2,
                    const float *b3, float scale, float softCap, float *greatest, float *sum) {
  f4 none = splat(-__builtin_inff()), old = load(greatest), most = old, total = splat(0);
  for (int j = 0; j < count; j++) {
    f4 s = capped(mul(load(scores + 4 * j), splat(scale)), softCap), at = wasm_i32x4_splat(j);
    if (b0) s = add(s, wasm_f32x4_make(b0[j], b1[j], b2[j], b3[j]));
    s = choose(wasm_v128_and(wasm_i32x4_ge(at, first), wasm_i32x4_lt(at, last)), s, none);
    most = wasm_f32x4_pmax(most, s);
    store(scores + 4 * j, s);
  }
  f4 shift = finite(most), factor = exponential(sub(old, shift));
  for (int j = 0; j < count; j++) {
    f4 e = exponential(sub(load(scores + 4 * j), shift));
    total = add(total, e);
    store(scores + 4 * j, e);
  }
  store(greatest, most);
  store(sum, multiplyAdd(load(sum), factor, total));
  return factor;
}

INLINE void scaleRow(float *row, int dim, float factor) {
  int i = 0;
  for (; i + 4 <= dim; i += 4) store(row + i, mul(load(row + i), splat(factor)));
  for (; i < dim; i++) row[i] *= factor;
}

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

// The floats of `scratch`: maxima and sums of the rows of a head, a block of scores for four rows, and a block of keys
// and values of a packed cache; the digits of two queries take less.
EXPORT int attendScratch(int form, int rows, int headDim, int valueDim) {
  return 2 * ((rows + 3) & ~3) + 4 * BLOCK + 4 + (form == F32 ? 0 : UNPACKED * (headDim + valueDim));
}

// Makes the keys from j up to stop of a packed cache [batch, kvHeads, keyLen, words] floats: to [stop - j, dim].
INLINE void unpackBlock(int form, const float *cache, const int *from, int b, int kvHeads, int h, int keyLen, int words,
                        int dim, int j, int stop, float *to) {
  for (; j < stop; j++, to += dim)
    unpackCacheRow(form, (const int *)cache + (((from ? from[j] : b) * kvHeads + h) * keyLen + j) * words, to, dim);
}

// query [batch, heads, queryLen, headDim], key [batch, kvHeads, keyLen, headDim], value [batch, kvHeads, keyLen,
// valueDim], or rows of keyWords and valueWords of packed caches; bias is read at batchStride, headStride, queryStride
// (0 where it is broadcast); keyStart, keyEnd [batch], beamIndices [batch, keyLen] and bias may be null. The first query
// is at position *at, or at `position` if `at` is null. scratch: as attendScratch says. Returns -1, or the index in
// `beamIndices` of a row that is not in the batch.
EXPORT int attend(int form, const float *query, const float *key, const float *value, const float *bias, float *out,
                  float *scratch, const int *keyStart, const int *keyEnd, const int *beamIndices, const int *at,
                  int batch, int heads, int kvHeads, int queryLen, int keyLen, int headDim, int valueDim, int keyWords,
                  int valueWords, int batchStride, int headStride, int queryStride, int position, int causal,
                  int window, float scale, float softCap) {
  int group = heads / kvHeads, rows = group * queryLen, padded = (rows + 3) & ~3;
  float *greatest = scratch, *sums = greatest + padded, *scores = sums + padded, *keys = scores + 4 * BLOCK + 4;
  float *values = keys + UNPACKED * headDim, unit0 = 0, unit1 = 0;
  if (at) position = *at;
  // One query or two read a packed cache as it is.
  int isDirect = form == F32 || (rows <= 2 && (form == F16 || (headDim | valueDim) % GROUP == 0));
  int blockLen = !isDirect ? UNPACKED : rows == 1 ? LONG : BLOCK;
  for (int b = 0; b < batch; b++) {
    int start = keyStart ? most(0, keyStart[b]) : 0, end = keyEnd ? least(keyLen, keyEnd[b]) : keyLen;
    const int *from = beamIndices ? beamIndices + b * keyLen : 0;
    if (from)
      for (int j = start; j < end; j++)
        if ((unsigned)from[j] >= (unsigned)batch) return b * keyLen + j;
    int begin = firstKey(position, start, window), stop = lastKey(position + queryLen - 1, end, causal, window);
    for (int h = 0; h < kvHeads; h++) {
      int all = (b * kvHeads + h) * rows;
      for (int row = 0; row < padded; row++) greatest[row] = -__builtin_inff(), sums[row] = 0;
      for (int i = 0; i < rows * valueDim; i++) out[all * valueDim + i] = 0;
      if (isDirect && form == INT8) {
        unit0 = digitsOf(query + all * headDim, headDim, (short *)keys);
        if (rows == 2) unit1 = digitsOf(query + (all + 1) * headDim, headDim, (short *)(keys + headDim));
      }
      for (int block = begin; block < stop; block += blockLen) {
        int blockEnd = least(stop, block + blockLen);
        if (!isDirect) {
          unpackBlock(form, key, from, b, kvHeads, h, keyLen, keyWords, headDim, block, blockEnd, keys);
          unpackBlock(form, value, from, b, kvHeads, h, keyLen, valueWords, valueDim, block, blockEnd, values);
        }
        for (int row = 0, count; row < rows; row += count) {
          int base = all + row;
          count = rows - row < 3 ? 1 : least(4, rows - row);
          // A row past the last is the last row again: it does the same work and writes the same numbers.
          int r1 = least(1, count - 1), r2 = least(2, count - 1), r3 = least(3, count - 1);
          int p0 = position + row % queryLen, p1 = position + (row + r1) % queryLen;
          int p2 = position + (row + r2) % queryLen, p3 = position + (row + r3) % queryLen;
          int f0 = firstKey(p0, start, window), f1 = firstKey(p1, start, window), f2 = firstKey(p2, start, window),
              f3 = firstKey(p3, start, window);
          int l0 = lastKey(p0, end, causal, window), l1 = lastKey(p1, end, causal, window);
          int l2 = lastKey(p2, end, causal, window), l3 = lastKey(p3, end, causal, window);
          int first = most(block, least(least(f0, f1), least(f2, f3)));
          int last = least(blockEnd, most(most(l0, l1), most(l2, l3)));
          if (first >= last) continue;
          const float *q = query + base * headDim;
          float *o = out + base * valueDim;
          const float *b0 = 0, *b1 = 0, *b2 = 0, *b3 = 0;
          if (bias) {
            const float *of = bias + b * batchStride + first;
            b0 = of + (h * group + row / queryLen) * headStride + (p0 - position) * queryStride;
            b1 = of + (h * group + (row + r1) / queryLen) * headStride + (p1 - position) * queryStride;
            b2 = of + (h * group + (row + r2) / queryLen) * headStride + (p2 - position) * queryStride;
            b3 = of + (h * group + (row + r3) / queryLen) * headStride + (p3 - position) * queryStride;
          }
          for (int j = first, next; j < last; j = next) {
            next = isDirect ? stretch(from, j, last) : last;
            const float *k = isDirect ? key + (((from ? from[j] : b) * kvHeads + h) * keyLen + j) * keyWords
                                      : keys + (j - block) * headDim;
            float *to = scores + (count == 1 ? j - first : 4 * (j - first));
            if (count > 1)
              scoreFour(q, q + r1 * headDim, q + r2 * headDim, q + r3 * headDim, k, next - j, headDim, to);
            else if (form == F32 || !isDirect) scoreOne(F32, q, (const char *)k, 4 * headDim, next - j, headDim, to);
            else if (form == F16) scoreOne(F16, q, (const char *)k, 4 * keyWords, next - j, headDim, to);
            else
              scoreOneInt8((const short *)(keys + row * headDim), row ? unit1 : unit0, (const char *)k, 4 * keyWords,
                           next - j, headDim / GROUP, to);
          }
          if (count == 1) {
            scaleRow(o, valueDim, weighOne(scores, last - first, b0, scale, softCap, greatest + row, sums + row));
          } else {
            f4 from4 = wasm_i32x4_make(f0 - first, f1 - first, f2 - first, f3 - first);
            f4 to4 = wasm_i32x4_make(l0 - first, l1 - first, l2 - first, l3 - first);
            f4 factors = weighFour(scores, last - first, from4, to4, b0, b1, b2, b3, scale, softCap, greatest + row,
                                   sums + row);
            scaleRow(o, valueDim, wasm_f32x4_extract_lane(factors, 0));
            scaleRow(o + valueDim, valueDim, wasm_f32x4_extract_lane(factors, 1));
            if (count > 2) scaleRow(o + 2 * valueDim, valueDim, wasm_f32x4_extract_lane(factors, 2));
            if (count > 3) scaleRow(o + 3 * valueDim, valueDim, wasm_f32x4_extract_lane(factors, 3));
          }
          for (int j = first, next; j < last; j = next) {
            next = isDirect ? stretch(from, j, last) : last;
            const float *v = isDirect ? value + (((from ? from[j] : b) * kvHeads + h) * keyLen + j) * valueWords
                                      : values + (j - block) * valueDim;
            const float *p = scores + (count == 1 ? j - first : 4 * (j - first));
            if (isDirect && rows > 2 && row == 0) fetch((const char *)v, 4 * (next - j) * valueDim);
            if (count > 1)
              mixFour(p, v, next - j, valueDim, o, o + r1 * valueDim, o + r2 * valueDim, o + r3 * valueDim);
            else if (form == F32 || !isDirect) mixOne(F32, p, (const char *)v, 4 * valueDim, next - j, valueDim, o);
            else if (form == F16) mixOne(F16, p, (const char *)v, 4 * valueWords, next - j, valueDim, o);
            else mixOneInt8(p, (const char *)v, 4 * valueWords, next - j, valueDim / GROUP, o);
          }
        }
      }
      for (int row = 0; row < rows; row++)
        scaleRow(out + (all + row) * valueDim, valueDim, wasm_f32x4_extract_lane(inverse(splat(sums[row])), 0));
    }
  }
  return -1;
}
