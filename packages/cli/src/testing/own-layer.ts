import { llama, llamaConfig } from '@residual/families';

/** A layer as a user's own module exports it. */
export const layer = llama.compose(llamaConfig({ vocab: 11, modelDim: 8, heads: 2, depth: 2, maxPositions: 64 })).model;
