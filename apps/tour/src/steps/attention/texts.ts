/** A story that is said twice, so that heads that look for an earlier copy can be told from others. */
export const story =
  'Once upon a time, there was a little dog named Max. He saw a red bird in the garden and wanted to play with it.';

/** Prompts whose next word is one of two names, their tokens 0 and 2. */
export const namePrompts = [
  'Lily and Ben had a ball. Lily gave the ball to',
  'Ben and Lily had a ball. Ben gave the ball to',
  'Tom and Sue had a book. Sue gave the book to',
  'Max and Mia had a kite. Max gave the kite to',
] as const;
