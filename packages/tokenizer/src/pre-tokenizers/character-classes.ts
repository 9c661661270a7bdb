/**
 * What a cut does with a character: `gap`, `apart`, or joins it to neighbours of the same kind, which is `run` or
 * `run + 1`.
 */
export type CharacterClassifier = (char: string) => number;

/** The character goes, and the text is cut there. */
export const removed = 0;
/** The character is a piece. */
export const isolated = 1;
/** It is in one piece with neighbours of its kind. */
export const contiguous = 2;
