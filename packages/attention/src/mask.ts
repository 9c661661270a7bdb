import { slot } from '@residual/layers';
import { type Extent, ResidualError, type Visibility } from '@residual/tensor';

/** Which keys a query may look at, as plain data: masks are composed with `both` and handed to the op as they are. */
export type Mask = Visibility;

/** No query sees a key after its own position. */
export function causal(): Mask {
  return { causal: true };
}

/** A query sees only the `size` nearest keys: those at most size - 1 away. */
export function slidingWindow(size: number): Mask {
  if (!Number.isInteger(size) || size < 1)
    throw new ResidualError('range', `slidingWindow: size is ${size}; it must be a whole number above 0`);
  return { window: size };
}

/** What all of the masks allow. */
export function both(...masks: readonly Mask[]): Mask {
  const windows = masks.flatMap(({ window = 0 }) => (window > 0 ? [window] : []));
  return { causal: masks.some(mask => mask.causal), window: windows.length > 0 ? Math.min(...windows) : 0 };
}

/**
 * The slot of where the rows of this step stand among the keys: `position` int32 [1] of the first query, and padding as `keyStart` and `keyLength`
 * int32 [batch]. Tensors, since they change from step to step.
 */
export const extent = /* @__PURE__ */ slot<Extent>('extent');

/** The slot of the padding of a memory that cross-attention reads. */
export const memoryExtent = /* @__PURE__ */ slot<Extent>('memoryExtent');
