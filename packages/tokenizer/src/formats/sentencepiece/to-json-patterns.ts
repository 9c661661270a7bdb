/** Regular expressions of saved SentencePiece models. */

/** Spaces at the ends of a text; at the end also visible ones. */
export const outerSpaces = '(?<![\\s\\S]) +|[ ▁]+(?![\\s\\S])';

/** A run of visible spaces and the word after it. */
export const spacedWord = '▁+[^▁]*';
