import { type AttentionDims, attentionDims, type KernelOps, quantWords } from '@residual/tensor/kernels';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WebGLBackend } from '../backend.js';
import { type Pass, runPass } from '../program.js';
import { isWords } from '../word-texture.js';
import { unpackCache } from './cache.js';
import type { Kernel } from './kernel.js';
import { packedCode } from './packed-code.js';

/**
 * softmax(query keyᵀ · scale + bias) value over the visible keys: [batch, heads, queryLen, valueDim]. It runs two
 * passes: scores, then values with an online softmax. Both visit only the visible keys of a query, so that an almost
 * empty cache costs little.
 */
export const attend: Kernel<'attend'> = (backend, inputs, attributes) =>
  attendTo(backend, inputs, attentionDims(inputs), attributes, key => ({ inputs: { key } }));

/** `attend` over the words of packed caches, which it reads where they are. */
export const packedAttend: Kernel<'packedAttend'> = (backend, inputs, { form, valueDim, ...attributes }) => {
  const dims = { ...attentionDims(inputs), valueDim };
  const { key, value, ...others } = inputs;
  if (isWords(backend, key) && isWords(backend, value))
    return attendTo(backend, inputs, dims, attributes, (words, width) => ({
      inputs: { quants: words },
      ints: { words: words.shape[3]!, scaleWords: quantWords(form, width) },
      variants: { PACKED: true, F16: form === 'f16', INT8: form === 'int8' },
      code: packedCode,
    }));
  const unpacked = {
    key: unpackCache(backend, { cache: key }, { form, headDim: dims.headDim }),
    value: unpackCache(backend, { cache: value }, { form, headDim: valueDim }),
  };
  const output = attend(backend, { ...others, ...unpacked }, attributes);
  for (const info of Object.values(unpacked)) backend.disposeIntermediateTensorInfo(info);
  return output;
};

/** What a pass needs to read keys or values of a width, which the code calls `key`. */
type KeyReader = (key: TensorInfo, width: number) => Pick<Pass, 'inputs' | 'ints' | 'variants'> & { code?: string };

function attendTo(
  backend: WebGLBackend,
  inputs: Parameters<typeof attend>[1],
  dims: AttentionDims,
  { scale, causal, window, softCap }: KernelOps['attend'][1],
  readerOf: KeyReader,
): TensorInfo {
  const { query, key, value, bias, ...keyRange } = inputs;
  const { batch, heads, queryLen, keyLen, headDim, valueDim } = dims;
  const [biasBatch, biasHeads, biasRows] = (bias?.shape ?? [1, 1, 1]) as [number, number, number];
  const ints = { ...dims, causal: Number(causal), window_: window };
  const variants = { ONE_QUERY: queryLen === 1 };
  const [keys, values] = [readerOf(key, headDim), readerOf(value, valueDim)];
  const scores = runPass(backend, {
    inputs: { query, ...keys.inputs, bias, ...keyRange },
    shape: [batch * heads, queryLen, keyLen],
    ints: { ...ints, ...keys.ints, biasBatch, biasHeads, biasRows },
    floats: { scale, softCap },
    variants: { ...variants, ...keys.variants },
    code: (keys.code ?? '') + maskCode + scoreCode,
  });
  const output = runPass(backend, {
    inputs: { scores, ...values.inputs, ...keyRange },
    shape: [batch, heads, queryLen, valueDim],
    ints: { ...ints, ...values.ints },
    variants: { ...variants, ...values.variants },
    code: (values.code ?? '') + maskCode + valueCode,
  });
  backend.disposeIntermediateTensorInfo(scores);
  return output;
}

/**
 * The visible keys of a query are x .. y - 1. With `beamIndices`, each key of a pair is read from its own batch row.
 */
const maskCode = `
ivec2 visibleKeys(int batchRow, int row) {
#ifdef HAS_position
  int at = int(texel(position, 0).x) + row;
#else
  int at = keyLen - queryLen + row;
#endif
  ivec2 visible = ivec2(0, keyLen);
#ifdef HAS_keyStart
  visible.x = max(visible.x, int(entry(keyStart, 1, batch, 0, 0, batchRow)));
#endif
#ifdef HAS_keyEnd
  visible.y = min(visible.y, int(entry(keyEnd, 1, batch, 0, 0, batchRow)));
#endif
  if (window_ > 0) {
    visible.x = max(visible.x, at - window_ + 1);
    visible.y = min(visible.y, at + window_);
  }
  if (causal != 0) visible.y = min(visible.y, at + 1);
  return visible;
}
ivec4 visibleKeysOfPair(int batchRow, int row) {
  ivec2 first = visibleKeys(batchRow, row);
#ifdef ONE_QUERY
  return ivec4(first, 0, 0);
#else
  return ivec4(first, row + 1 < queryLen ? visibleKeys(batchRow, row + 1) : ivec2(0));
#endif
}
/** The keys that are visible to one of two queries. */
ivec2 unionOf(ivec4 visible) {
  if (visible.z >= visible.w) return visible.xy;
  if (visible.x >= visible.y) return visible.zw;
  return ivec2(min(visible.x, visible.z), max(visible.y, visible.w));
}
/** The batch rows from which a pair of keys is read. */
ivec2 batchRowsOf(int batchRow, int pair) {
#ifdef HAS_beamIndices
  int first = int(entry(beamIndices, batch, keyLen, 0, batchRow, 2 * pair));
  int second = 2 * pair + 1 < keyLen ? int(entry(beamIndices, batch, keyLen, 0, batchRow, 2 * pair + 1)) : first;
  return ivec2(first, second);
#else
  return ivec2(batchRow);
#endif
}
/** Where the rows of a pair of keys begin. */
ivec2 rowsOf(int batchRow, int head, int pair, int width) {
  return ((batchRowsOf(batchRow, pair) * kvHeads + head) * pairCount(keyLen) + pair) * pairCount(width);
}
#ifdef PACKED
/** The rows of a pair of keys in a packed cache; of one beyond the last, the last. */
ivec2 packedRowsOf(int batchRow, int head, int pair) {
  return (batchRowsOf(batchRow, pair) * kvHeads + head) * keyLen + min(2 * pair + ivec2(0, 1), keyLen - 1);
}
#endif
`;

/** A texel holds the scores of two queries and two keys; keys that are hidden from both queries are skipped. */
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
  int i = texelIndex();
  int line = i / pairCount(keyLen);
  int pair = i - line * pairCount(keyLen);
  int matrix = line / pairCount(queryLen);
  int row = 2 * (line - matrix * pairCount(queryLen));
  int batchRow = matrix / heads;
  int head = matrix - batchRow * heads;
  ivec2 visible = unionOf(visibleKeysOfPair(batchRow, row));
  if (2 * pair + 1 < visible.x || 2 * pair >= visible.y) {
    setOutput(vec4(0.0));
    return;
  }
  Walk q = walkFrom(query, line * pairCount(headDim));
#ifdef PACKED
  ivec2 at = packedRowsOf(batchRow, head * kvHeads / heads, pair);
#else
  ivec2 at = rowsOf(batchRow, head * kvHeads / heads, pair, headDim);
  Walk k = walkFrom(key, at.x);
  #ifdef HAS_beamIndices
  Walk k1 = walkFrom(key, at.y);
  #endif
#endif
  vec4 sum = vec4(0.0);
  for (int c = 0; c < headDim; c += 2) {
    vec4 a = next(query, q);
#ifdef PACKED
    vec4 b = vec4(pairOf(at.x, c), pairOf(at.y, c));
#else
    vec4 b = next(key, k);
  #ifdef HAS_beamIndices
    b.zw = next(key, k1).zw;
  #endif
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
  if (softCap > 0.0) {
    vec4 e = exp(-2.0 * abs(score) / softCap);
    score = softCap * sign(score) * (1.0 - e) / (1.0 + e);
  }
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
  int i = texelIndex();
  int line = i / pairCount(valueDim);
  int column = i - line * pairCount(valueDim);
  int matrix = line / pairCount(queryLen);
  int row = 2 * (line - matrix * pairCount(queryLen));
  int batchRow = matrix / heads;
  int head = matrix - batchRow * heads;
  ivec4 visible = visibleKeysOfPair(batchRow, row);
  ivec2 both = unionOf(visible);
  int first = max(both.x, 0) / 2;
  int end = (both.y + 1) / 2;
  vec2 largest = vec2(-3.0e38);
  vec2 sum = vec2(0.0);
  vec4 y = vec4(0.0);
  Walk s = walkFrom(scores, line * pairCount(keyLen) + first);
  for (int pair = first; pair < end; pair++) {
    vec4 score = next(scores, s);
#ifdef PACKED
    ivec2 at = packedRowsOf(batchRow, head * kvHeads / heads, pair);
    vec4 v = vec4(pairOf(at.x, 2 * column), pairOf(at.y, 2 * column));
#else
    ivec2 at = rowsOf(batchRow, head * kvHeads / heads, pair, valueDim) + column;
    vec4 v = texel(key, at.x);
  #ifdef HAS_beamIndices
    v.zw = texel(key, at.y).zw;
  #endif
#endif
    ivec2 k = ivec2(2 * pair, 2 * pair + 1);
    if (k.y >= keyLen) v.zw = vec2(0.0);
    bvec2 isVisible0 = bvec2(k.x >= visible.x && k.x < visible.y, k.y >= visible.x && k.y < visible.y);
    vec2 s0 = mix(vec2(-3.0e38), score.xy, isVisible0);
    float m0 = max(largest.x, max(s0.x, s0.y));
    vec2 p0 = mix(vec2(0.0), exp(s0 - m0), isVisible0);
    float f0 = exp(largest.x - m0);
    largest.x = m0;
    sum.x = sum.x * f0 + p0.x + p0.y;
    y.xy = y.xy * f0 + p0.x * v.xy + p0.y * v.zw;
#ifndef ONE_QUERY
    bvec2 isVisible1 = bvec2(k.x >= visible.z && k.x < visible.w, k.y >= visible.z && k.y < visible.w);
    vec2 s1 = mix(vec2(-3.0e38), score.zw, isVisible1);
    float m1 = max(largest.y, max(s1.x, s1.y));
    vec2 p1 = mix(vec2(0.0), exp(s1 - m1), isVisible1);
    float f1 = exp(largest.y - m1);
    largest.y = m1;
    sum.y = sum.y * f1 + p1.x + p1.y;
    y.zw = y.zw * f1 + p1.x * v.xy + p1.y * v.zw;
#endif
  }
  setOutput(y / mix(vec2(1.0), sum, greaterThan(sum, vec2(0.0))).xxyy);
}
`;
