/** Sums of words whose answer is another word. */
export const analogies = [
  'king - man + woman',
  'rome - italy + france',
  'walking - walk + swim',
  'cats - cat + dog',
] as const;

/** The selected token of the sentence (-1 for the last), and the sum of words. */
export const settings = { vectorToken: -1, analogy: analogies[0] as string };
