import { slot } from '@residual/layers';
import { type KeyRange, type MaskOptions, ResidualError, type Tensor, tensor } from '@residual/tensor';

/** Which keys a query may look at, as plain data: masks are composed with `both` and handed to the op as they are. */
export type Mask = MaskOptions;

/** No query sees a key after its own position. */
export function causal(): Mask {
  return { causal: true };
}

/** A query sees only the `size` nearest keys on either side, its own place among them: those at most size - 1 away. */
export function slidingWindow(size: number): Mask {
  if (!Number.isInteger(size) || size < 1)
    throw new ResidualError('range', `slidingWindow: size is ${size}; it must be a whole number above 0`);
  return { window: size };
}

/** What all of the masks allow: `combineMasks(causal(), slidingWindow(4))` is the query's own place and the 3 before it. */
export function combineMasks(...masks: readonly Mask[]): Mask {
  const windows = masks.flatMap(({ window = 0 }) => (window > 0 ? [window] : []));
  return { causal: masks.some(mask => mask.causal), window: windows.length > 0 ? Math.min(...windows) : 0 };
}

/**
 * The slot of where the rows of this step stand among the keys: `position` int32 [1] of the first query, and padding as `keyStart` and `keyLength`
 * int32 [batch]. Tensors, since they change from step to step.
 */
export const keyRange = /* @__PURE__ */ slot<KeyRange>('keyRange');

/** The slot of a bias on the scores of every self-attention below, [1 | batch, heads, 1 | queryLen, keyLen]: what positions of a whole stack put there. */
export const sharedBias = /* @__PURE__ */ slot<Tensor>('sharedBias');

/** The slot of the padding of a memory that cross-attention reads. */
export const memoryMask = /* @__PURE__ */ slot<KeyRange>('memoryMask');

/**
 * Padding for `keyRange` or `memoryMask`: how many places each row has before its first token (`left`), or how many tokens it has before padding begins
 * (`lengths`). No query sees a place of padding. The caller disposes the tensors.
 */
export function padding(
  rows: { readonly left: readonly number[] } | { readonly lengths: readonly number[] },
): KeyRange {
  if ('left' in rows) return { keyStart: tensor(rows.left, [rows.left.length], 'int32') };
  return { keyLength: tensor(rows.lengths, [rows.lengths.length], 'int32') };
}
