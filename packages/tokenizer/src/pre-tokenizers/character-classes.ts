/**
 * The class of a character: `removed`, `isolated`, or `contiguous` and `contiguous + 1`, whose neighbours of the same
 * class form one pre-token.
 */
export type CharacterClassifier = (char: string) => number;

/** The character is removed, and the text is split there. */
export const removed = 0;
/** The character is a pre-token of its own. */
export const isolated = 1;
/** The character joins neighbours of its class. */
export const contiguous = 2;
