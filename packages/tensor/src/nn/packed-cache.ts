import { expectShape, showShape } from '../errors.js';
import { zeros } from '../ops/create.js';
import { type Op, runOp } from '../ops/op.js';
import { reshape, sliceAxis } from '../ops/shape.js';
import { isTensor, type Tensor } from '../tensor.js';
import { type CacheForm, expectCacheForm, type PackedCacheForm, rowWords } from './cache-form.js';
import { quantWords, scaleWords } from './packed/forms.js';
import { packRows } from './packed/pack-rows.js';
import { unpackBits } from './packed/unpack.js';

/** Keys or values of a cache: float32 as a tensor [batch, kvHeads, capacity, headDim], or packed in fewer bits. */
export type CacheTensor = Tensor | PackedCache;

/**
 * Keys or values of a cache whose entries are stored in fewer bits. `appendToCache` writes it, `attend` reads it, and
 * `unpackCache` makes it float32.
 */
export interface PackedCache {
  readonly form: PackedCacheForm;
  /** [batch, kvHeads, capacity, headDim]. */
  readonly shape: number[];
  /**
   * The bits, int32 [batch, kvHeads, capacity, words]: each row has its entries as in `PackedMatrix` and, for `int8`,
   * its scales after them.
   */
  readonly words: Tensor;
  /** Frees the bits. */
  dispose(): void;
}

/** Whether keys or values are packed. */
export function isPackedCache(cache: unknown): cache is PackedCache {
  return typeof cache === 'object' && cache !== null && 'words' in cache && 'form' in cache;
}

/** A packed cache [batch, kvHeads, capacity, headDim] of these words; it owns them. */
export function packedCache(form: PackedCacheForm, words: Tensor, headDim: number): PackedCache {
  return { form, shape: [...words.shape.slice(0, 3), headDim], words, dispose: () => words.dispose() };
}

/** The form of keys or values. */
export const cacheFormOf = (cache: CacheTensor): CacheForm => (isPackedCache(cache) ? cache.form : 'f32');

/** The tensor that holds keys or values: float32, or the words of a packed cache. */
export const cacheTensor = (cache: CacheTensor): Tensor => (isPackedCache(cache) ? cache.words : cache);

/** Keys or values of a form and width in the tensor that holds them, which they own. */
export const cacheOf = (form: CacheForm, data: Tensor, headDim: number): CacheTensor =>
  form === 'f32' ? data : packedCache(form, data, headDim);

/** Zeros [batch, kvHeads, capacity, headDim] in a form. The caller disposes them. */
export function emptyCache(form: CacheForm, shape: readonly [number, number, number, number]): CacheTensor {
  expectCacheForm('emptyCache', form);
  if (form === 'f32') return zeros(shape);
  return packedCache(form, zeros([...shape.slice(0, 3), rowWords(form, shape[3])], 'int32'), shape[3]);
}

/** Rounds keys or values x [batch, kvHeads, length, headDim] to a form; `f32` is x itself. The caller disposes both. */
export function packCache(x: Tensor, form: CacheForm): CacheTensor {
  expectCacheForm('packCache', form);
  expectShape(
    x.shape.length === 4,
    () => `packCache: x ${showShape(x.shape)} is not [batch, kvHeads, length, headDim]`,
  );
  return form === 'f32' ? x : packedCache(form, packRows(x, form), x.shape[3]!);
}

/**
 * The numbers of keys or values as float32 [batch, kvHeads, capacity, headDim]: a new tensor for a packed cache, and
 * the tensor itself otherwise.
 */
export function unpackCache(cache: CacheTensor): Tensor {
  if (isTensor(cache)) return cache;
  return unpackWords(cache.words, cache.form, cache.shape[3]!);
}

/** The numbers of words of a packed cache [batch, kvHeads, capacity, words]: [batch, kvHeads, capacity, headDim]. */
export function unpackWords(cache: Tensor, form: PackedCacheForm, headDim: number): Tensor {
  return runOp(unpackCacheOp, { cache }, { form, headDim });
}

/** The inputs of `residual.unpackCache`. */
export type UnpackCacheInputs = {
  /** int32 [batch, kvHeads, capacity, words]. */
  readonly cache: Tensor;
};

/** The attributes of `residual.unpackCache`. */
export type UnpackCacheAttributes = { readonly form: PackedCacheForm; readonly headDim: number };

const unpackCacheOp: Op<UnpackCacheInputs, UnpackCacheAttributes> = {
  name: 'residual.unpackCache',
  compose: ({ cache }, { form, headDim }) => {
    const [quants, scales] = [quantWords(form, headDim), scaleWords(form, headDim)];
    const rows = reshape(cache, [-1, quants + scales]);
    const bits = {
      quants: scales ? sliceAxis(rows, 1, 0, quants) : rows,
      scales: scales ? sliceAxis(rows, 1, quants, scales) : undefined,
    };
    return reshape(unpackBits(bits, form, headDim), [...cache.shape.slice(0, 3), headDim]);
  },
  gradient: 'none',
};
