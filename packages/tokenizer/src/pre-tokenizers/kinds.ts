/** What a cut does with a character: `gap`, `apart`, or joins it to neighbours of the same kind, which is `run` or `run + 1`. */
export type KindOf = (char: string) => number;

/** The character goes, and the text is cut there. */
export const gap = 0;
/** The character is a piece. */
export const apart = 1;
/** It is in one piece with neighbours of its kind. */
export const run = 2;
