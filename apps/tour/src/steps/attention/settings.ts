/** The chosen block and head, the token that asks, and whether tokens see those after them. */
export const settings = { attentionLayer: 3, attentionHead: 4, attentionToken: 8, leak: false };

/** The number of blocks of the story model, and of heads in each. */
export const [depth, heads] = [6, 5];
