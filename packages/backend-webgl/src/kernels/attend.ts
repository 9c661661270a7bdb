import type { AttendAttributes, AttendInputs, KernelInputs } from '@residual/tensor';
import { runPass } from '../program.js';
import type { Kernel } from './kernel.js';

type Inputs = KernelInputs<AttendInputs>;

/**
 * softmax(query keyᵀ · scale + bias) value over the visible keys: [batch, heads, queryLen, valueDim]. It runs two
 * passes: scores, then values with an online softmax. Both visit only the visible keys of a query, so that an almost
 * empty cache costs little.
 */
export const attend: Kernel<Inputs, AttendAttributes> = (backend, inputs, { scale, causal, window, softCap }) => {
  const { query, key, value, bias, position, keyStart, keyLength, source } = inputs;
  const [batch, heads, queryLen, headDim] = query.shape as [number, number, number, number];
  const [, kvHeads, keyLen, valueDim] = value.shape as [number, number, number, number];
  const [biasBatch, biasHeads, biasRows] = (bias?.shape ?? [1, 1, 1]) as [number, number, number];
  const keyRange = { position, keyStart, keyLength, source };
  const ints = { batch, heads, kvHeads, queryLen, keyLen, headDim, valueDim, window_: window };
  const variants = { CAUSAL: causal, WINDOW: window > 0, ONE_QUERY: queryLen === 1 };
  const scores = runPass(backend, {
    inputs: { query, key, bias, ...keyRange },
    shape: [batch * heads, queryLen, keyLen],
    ints: { ...ints, biasBatch, biasHeads, biasRows },
    floats: { scale, softCap },
    variants: { ...variants, CAPPED: softCap > 0 },
    code: maskCode + scoreCode,
  });
  const output = runPass(backend, {
    inputs: { scores, value, ...keyRange },
    shape: [batch, heads, queryLen, valueDim],
    ints,
    variants,
    code: maskCode + valueCode,
  });
  backend.disposeIntermediateTensorInfo(scores);
  return output;
};

/**
 * The visible keys of a query are x .. y - 1. With a `source`, each key row of a pair is read from its own batch row.
 */
const maskCode = `
ivec2 seenBy(int batchRow, int row) {
#ifdef HAS_position
  int place = int(texel(position, 0).x) + row;
#else
  int place = keyLen - queryLen + row;
#endif
  ivec2 seen = ivec2(0, keyLen);
#ifdef HAS_keyStart
  seen.x = max(seen.x, int(entry(keyStart, 1, batch, 0, 0, batchRow)));
#endif
#ifdef HAS_keyLength
  seen.y = min(seen.y, int(entry(keyLength, 1, batch, 0, 0, batchRow)));
#endif
#ifdef WINDOW
  seen.x = max(seen.x, place - window_ + 1);
#endif
#ifdef CAUSAL
  seen.y = min(seen.y, place + 1);
#else
  #ifdef WINDOW
  seen.y = min(seen.y, place + window_);
  #endif
#endif
  return seen;
}
ivec4 seenByBoth(int batchRow, int row) {
  ivec2 first = seenBy(batchRow, row);
#ifdef ONE_QUERY
  return ivec4(first, 0, 0);
#else
  return ivec4(first, row + 1 < queryLen ? seenBy(batchRow, row + 1) : ivec2(0));
#endif
}
/** The keys that any of the two sees. */
ivec2 eitherSees(ivec4 seen) {
  if (seen.z >= seen.w) return seen.xy;
  if (seen.x >= seen.y) return seen.zw;
  return ivec2(min(seen.x, seen.z), max(seen.y, seen.w));
}
/** Where the rows of a pair of keys begin. */
ivec2 rowsOf(int batchRow, int head, int pair, int width) {
#ifdef HAS_source
  int first = int(entry(source, batch, keyLen, 0, batchRow, 2 * pair));
  int second = 2 * pair + 1 < keyLen ? int(entry(source, batch, keyLen, 0, batchRow, 2 * pair + 1)) : first;
  return ((ivec2(first, second) * kvHeads + head) * halved(keyLen) + pair) * halved(width);
#else
  return ivec2(((batchRow * kvHeads + head) * halved(keyLen) + pair) * halved(width));
#endif
}
`;

/** A texel holds the scores of two queries and two keys; keys that neither query sees are skipped. */
const scoreCode = `
float biasOf(int batchRow, int head, int row, int column) {
#ifdef HAS_bias
  int matrix = (biasBatch == 1 ? 0 : batchRow) * biasHeads + (biasHeads == 1 ? 0 : head);
  if (row >= queryLen || column >= keyLen) return 0.0;
  return entry(bias, biasRows, keyLen, matrix, biasRows == 1 ? 0 : row, column);
#else
  return 0.0;
#endif
}
void main() {
  int i = here();
  int line = i / halved(keyLen);
  int pair = i - line * halved(keyLen);
  int matrix = line / halved(queryLen);
  int row = 2 * (line - matrix * halved(queryLen));
  int batchRow = matrix / heads;
  int head = matrix - batchRow * heads;
  ivec2 seen = eitherSees(seenByBoth(batchRow, row));
  if (2 * pair + 1 < seen.x || 2 * pair >= seen.y) {
    setOutput(vec4(0.0));
    return;
  }
  ivec2 at = rowsOf(batchRow, head * kvHeads / heads, pair, headDim);
  Walk q = walkFrom(query, line * halved(headDim));
  Walk k = walkFrom(key, at.x);
#ifdef HAS_source
  Walk k1 = walkFrom(key, at.y);
#endif
  vec4 sum = vec4(0.0);
  for (int c = 0; c < headDim; c += 2) {
    vec4 a = next(query, q);
    vec4 b = next(key, k);
#ifdef HAS_source
    b.zw = next(key, k1).zw;
#endif
    if (c + 1 == headDim) {
      a.yw = vec2(0.0);
      b.yw = vec2(0.0);
    }
#ifdef ONE_QUERY
    sum.xy += a.x * b.xz + a.y * b.yw;
#else
    sum += a.xxzz * b.xzxz + a.yyww * b.ywyw;
#endif
  }
  vec4 score = sum * scale;
#ifdef CAPPED
  vec4 e = exp(-2.0 * abs(score) / softCap);
  score = softCap * sign(score) * (1.0 - e) / (1.0 + e);
#endif
#ifdef HAS_bias
  score += vec4(
    biasOf(batchRow, head, row, 2 * pair), biasOf(batchRow, head, row, 2 * pair + 1),
    biasOf(batchRow, head, row + 1, 2 * pair), biasOf(batchRow, head, row + 1, 2 * pair + 1));
#endif
  setOutput(score);
}
`;

/** Online softmax (Milakov and Gimelshein 2018): a new largest score rescales the sums so far. */
const valueCode = `
void main() {
  int i = here();
  int line = i / halved(valueDim);
  int column = i - line * halved(valueDim);
  int matrix = line / halved(queryLen);
  int row = 2 * (line - matrix * halved(queryLen));
  int batchRow = matrix / heads;
  int head = matrix - batchRow * heads;
  ivec4 seen = seenByBoth(batchRow, row);
  ivec2 either = eitherSees(seen);
  int first = max(either.x, 0) / 2;
  int end = (either.y + 1) / 2;
  vec2 largest = vec2(-3.0e38);
  vec2 sum = vec2(0.0);
  vec4 y = vec4(0.0);
  Walk s = walkFrom(scores, line * halved(keyLen) + first);
  for (int pair = first; pair < end; pair++) {
    vec4 score = next(scores, s);
    ivec2 at = rowsOf(batchRow, head * kvHeads / heads, pair, valueDim) + column;
    vec4 v = texel(value, at.x);
#ifdef HAS_source
    v.zw = texel(value, at.y).zw;
#endif
    ivec2 k = ivec2(2 * pair, 2 * pair + 1);
    if (k.y >= keyLen) v.zw = vec2(0.0);
    bvec2 sees0 = bvec2(k.x >= seen.x && k.x < seen.y, k.y >= seen.x && k.y < seen.y);
    vec2 s0 = mix(vec2(-3.0e38), score.xy, sees0);
    float m0 = max(largest.x, max(s0.x, s0.y));
    vec2 p0 = mix(vec2(0.0), exp(s0 - m0), sees0);
    float f0 = exp(largest.x - m0);
    largest.x = m0;
    sum.x = sum.x * f0 + p0.x + p0.y;
    y.xy = y.xy * f0 + p0.x * v.xy + p0.y * v.zw;
#ifndef ONE_QUERY
    bvec2 sees1 = bvec2(k.x >= seen.z && k.x < seen.w, k.y >= seen.z && k.y < seen.w);
    vec2 s1 = mix(vec2(-3.0e38), score.zw, sees1);
    float m1 = max(largest.y, max(s1.x, s1.y));
    vec2 p1 = mix(vec2(0.0), exp(s1 - m1), sees1);
    float f1 = exp(largest.y - m1);
    largest.y = m1;
    sum.y = sum.y * f1 + p1.x + p1.y;
    y.zw = y.zw * f1 + p1.x * v.xy + p1.y * v.zw;
#endif
  }
  setOutput(y / mix(vec2(1.0), sum, greaterThan(sum, vec2(0.0))).xxyy);
}
`;
