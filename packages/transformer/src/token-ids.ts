import { slot } from '@residual/layers';
import type { Tensor } from '@residual/tensor';

/**
 * The slot for the token ids of a step, int32 [batch, length], in the scope of a decoder: for blocks that look up
 * tokens in tables of their own, as in Gemma 3n.
 */
export const tokenIds = /* @__PURE__ */ slot<Tensor>('tokenIds');
