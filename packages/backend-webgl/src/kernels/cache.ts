import type { PackedCacheForm } from '@residual/tensor';
import { groupsOf, quantWords, rowWords, sharedHandle, sizeOf } from '@residual/tensor/kernels';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WebGLBackend } from '../backend.js';
import { asMatrices, runPass } from '../program.js';
import { isWords } from '../word-texture.js';
import { writeWordRows } from '../write-rows.js';
import type { Kernel } from './kernel.js';
import { packedCode } from './packed-code.js';

const variantsOf = (form: PackedCacheForm) => ({ F16: form === 'f16', INT8: form === 'int8' });

/** The uniforms of `packCode`. */
const packInts = (form: PackedCacheForm, x: TensorInfo) => {
  const [, length_, width] = asMatrices(x.shape);
  return { length_, width, words: rowWords(form, width), entryWords: quantWords(form, width), groups: groupsOf(width) };
};

/** Rounds each row of x [..., width] to a form: int32 [..., words], for `int8` with its scales after its entries. */
export const pack: Kernel<'pack'> = (backend, { x }, { form }) => {
  const ints = packInts(form, x);
  return runPass(backend, {
    inputs: { x },
    shape: [...x.shape.slice(0, -1), ints.words],
    words: true,
    ints,
    variants: variantsOf(form),
    code: `${packCode}
void main() {
  int line = wordIndex() / words;
  setWord(wordOf(line / length_, line % length_, wordIndex() - line * words));
}
`,
  });
};

/**
 * Writes the rows of x into the words of a packed cache from `position` on: into its texture if no other handle shares
 * it, or else into a new one. Words that no kernel has written yet are 0.
 */
export const appendToPackedCache: Kernel<'appendToPackedCache'> = (backend, { cache, x, position }, { form }) => {
  if (!isWords(backend, cache) || backend.refCount(cache.dataId) !== 1)
    return appendToCopy(backend, { cache, x, position }, { form });
  const rows = pack(backend, { x }, { form });
  writeWordRows(backend, { target: cache, rows, start: position });
  backend.disposeIntermediateTensorInfo(rows);
  return sharedHandle(backend, cache);
};

const appendToCopy: Kernel<'appendToPackedCache'> = (backend, { cache, x, position }, { form }) =>
  runPass(backend, {
    inputs: { cache: wordsOf(backend, cache), x, position },
    shape: cache.shape,
    words: true,
    ints: { ...packInts(form, x), capacity: cache.shape[2]! },
    variants: variantsOf(form),
    code: `${packCode}
void main() {
  int index = wordIndex();
  int line = index / words;
  int matrix = line / capacity;
  int row = line - matrix * capacity - int(texel(position, 0).x);
#ifdef HAS_cache
  setBytes(texel(cache, index));
#else
  setWord(0u);
#endif
  if (row >= 0 && row < length_) setWord(wordOf(matrix, row, index - line * words));
}
`,
  });

/** The numbers of a packed cache [batch, kvHeads, capacity, words]: [batch, kvHeads, capacity, headDim]. */
export const unpackCache: Kernel<'unpackCache'> = (backend, { cache }, { form, headDim }) => {
  const [leading, words] = [cache.shape.slice(0, -1), cache.shape.at(-1)!];
  const shape = [...leading, headDim];
  if (!isWords(backend, cache))
    return runPass(backend, { inputs: {}, shape, code: 'void main() { setOutput(vec4(0.0)); }' });
  return runPass(backend, {
    inputs: { quants: cache },
    shape,
    ints: { words, scaleWords: quantWords(form, headDim), capacity: cache.shape[2]!, width: headDim },
    variants: variantsOf(form),
    code: `${packedCode}
void main() {
  ivec3 at = entryIndex(capacity, width);
  int row = at.x * capacity + at.y;
  vec2 next = at.y + 1 < capacity ? pairOf(row + 1, at.z) : vec2(0.0);
  setOutput(vec4(pairOf(row, at.z), next));
}
`,
  });
};

/** Some sequences of a cache in another capacity; positions from `filled` on are 0. */
export const resizeCache: Kernel<'resizeCache'> = (backend, { cache, sequences }, { filled, capacity }) => {
  const [batch, kvHeads, old, width] = cache.shape as [number, number, number, number];
  const isPacked = cache.dtype === 'int32';
  const source = isPacked ? wordsOf(backend, cache) : cache;
  const count = sequences ? sizeOf(sequences.shape) : batch;
  return runPass(backend, {
    inputs: { cache: source, sequences: source && sequences },
    shape: [count, kvHeads, capacity, width],
    words: isPacked,
    ints: { kvHeads, old, width, filled, capacity, count },
    variants: { WORDS: isPacked },
    code: resizeCode,
  });
};

/** The cache if it has words; undefined if it still is what \`zeros\` made. */
const wordsOf = (backend: WebGLBackend, cache: TensorInfo): TensorInfo | undefined =>
  isWords(backend, cache) ? cache : undefined;

const resizeCode = `
int matrixOf(int matrix) {
  int sequence = matrix / kvHeads;
#ifdef HAS_sequences
  return int(entry(sequences, 1, count, 0, 0, sequence)) * kvHeads + matrix - sequence * kvHeads;
#else
  return matrix;
#endif
}
#ifdef WORDS
void main() {
  int line = wordIndex() / width;
  int matrix = line / capacity;
  int row = line - matrix * capacity;
  setWord(0u);
#ifdef HAS_cache
  if (row < filled) setBytes(texel(cache, (matrixOf(matrix) * old + row) * width + wordIndex() - line * width));
#endif
}
#else
vec2 pairAt(int matrix, int row, int column) {
  if (row >= filled) return vec2(0.0);
  return vec2(entry(cache, old, width, matrix, row, column), entry(cache, old, width, matrix, row, column + 1));
}
void main() {
  ivec3 at = entryIndex(capacity, width);
  int matrix = matrixOf(at.x);
  setOutput(vec4(pairAt(matrix, at.y, at.z), pairAt(matrix, at.y + 1, at.z)));
}
#endif
`;

/** \`wordOf\`: word n of a row of x in the form that \`F16\` or \`INT8\` names. */
const packCode = `
uint halfOf(float value) {
  uint bits = floatBitsToUint(value);
  uint size = bits & 0x7fffffffu;
  uint sign = bits >> 16 & 0x8000u;
  if (size > 0x7f800000u) return sign | 0x7e00u;
  if (size >= 0x47800000u) return sign | 0x7c00u;
  if (size >= 0x38800000u) return sign | (size - 0x38000000u + 0xfffu + (size >> 13 & 1u)) >> 13;
  return sign | (floatBitsToUint(abs(value) * 16777216.0 + 8388608.0) - 0x4b000000u);
}
float entryOf(int matrix, int row, int i) { return i < width ? entry(x, length_, width, matrix, row, i) : 0.0; }
#ifdef F16
uint wordOf(int matrix, int row, int n) {
  return halfOf(entryOf(matrix, row, 2 * n)) | halfOf(entryOf(matrix, row, 2 * n + 1)) << 16;
}
#else
float scaleOf(int matrix, int row, int group) {
  float most = 0.0;
  for (int i = 32 * group; i < 32 * group + 32; i++) most = max(most, abs(entryOf(matrix, row, i)));
  return most / 127.0;
}
uint wordOf(int matrix, int row, int n) {
  if (n >= entryWords) {
    int group = 2 * (n - entryWords);
    uint word = halfOf(scaleOf(matrix, row, group));
    return group + 1 < groups ? word | halfOf(scaleOf(matrix, row, group + 1)) << 16 : word;
  }
  float scale = scaleOf(matrix, row, n / 8);
  float inverse = scale == 0.0 ? 0.0 : 1.0 / scale;
  uint word = 0u;
  for (int i = 0; i < 4; i++) {
    float value = entryOf(matrix, row, 4 * n + i) * inverse;
    float whole = trunc(value);
    int rounded = int(abs(value - whole) >= 0.5 ? whole + sign(value) : whole);
    word |= (uint(rounded) & 255u) << (8 * i);
  }
  return word;
}
#endif
`;
