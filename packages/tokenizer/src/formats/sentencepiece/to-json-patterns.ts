/** Regular expressions with which a saved SentencePiece model says what that library does. */

/** Spaces at the ends of a text, at the end visible ones too. */
export const outerSpaces = '(?<![\\s\\S]) +|[ ▁]+(?![\\s\\S])';

/** A run of visible spaces with the word behind it. */
export const spacedWord = '▁+[^▁]*';
