import { slot } from '@residual/layers';
import { type KeyRange, type MaskOptions, ResidualError, type Tensor, tensor } from '@residual/tensor';

/** Which keys a query may see, as plain data. `combineMasks` combines masks; the `attend` op takes them as they are. */
export type Mask = MaskOptions;

export { keyRange } from '@residual/layers';

/** The causal mask: no query sees a key after its own position. */
export function causal(): Mask {
  return { causal: true };
}

/**
 * A query sees only keys at most size - 1 positions away, on either side. Errors unless `size` is a whole number above
 * 0.
 */
export function slidingWindow(size: number): Mask {
  if (!Number.isInteger(size) || size < 1)
    throw new ResidualError('range', `slidingWindow: size is ${size}; it must be a whole number above 0`);
  return { window: size };
}

/**
 * A query sees only keys of its own chunk of `size` positions; chunks are counted from the first token of each
 * sequence, without its padding. Errors unless `size` is a whole number above 0.
 */
export function chunks(size: number): Mask {
  if (!Number.isInteger(size) || size < 1)
    throw new ResidualError('range', `chunks: size is ${size}; it must be a whole number above 0`);
  return { chunk: size };
}

/**
 * Allows what all masks allow: with `combineMasks(causal(), slidingWindow(4))` a query sees its own position and the 3
 * before it. Errors if masks have chunks of several sizes.
 */
export function combineMasks(...masks: readonly Mask[]): Mask {
  const windows = masks.flatMap(({ window = 0 }) => (window > 0 ? [window] : []));
  const sizes = [...new Set(masks.flatMap(({ chunk = 0 }) => (chunk > 0 ? [chunk] : [])))];
  if (sizes.length > 1)
    throw new ResidualError('fit', `combineMasks: chunks have ${sizes.join(' and ')} positions; they must be equal`);
  return {
    causal: masks.some(mask => mask.causal),
    window: windows.length > 0 ? Math.min(...windows) : 0,
    ...(sizes.length > 0 && { chunk: sizes[0]! }),
  };
}

/**
 * The slot for a bias on the scores of every self-attention inside, [1 | batch, heads, 1 | queryLen, keyLen], set by
 * the position encoding of a stack; a stack selects its row where a block computes one position only.
 */
export const sharedBias = /* @__PURE__ */ slot<Tensor>('sharedBias');

/** The slot for the padding of the memory that cross-attention reads. */
export const memoryMask = /* @__PURE__ */ slot<KeyRange>('memoryMask');

/**
 * Padding for `keyRange` or `memoryMask`, one number per sequence: the number of padded positions before its first
 * token (`left`), or the number of tokens before its padding (`lengths`). No query sees padding. The caller disposes
 * the tensor.
 */
export function padding(
  rows: { readonly left: readonly number[] } | { readonly lengths: readonly number[] },
): KeyRange {
  if ('left' in rows) return { keyStart: tensor(rows.left, [rows.left.length], 'int32') };
  return { keyEnd: tensor(rows.lengths, [rows.lengths.length], 'int32') };
}
