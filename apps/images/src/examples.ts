/** A sum to try. */
export interface Example {
  readonly sum: string;
  /** What one sees in it. */
  readonly why: string;
}

/** Sums that come with the page. */
export const examples: readonly Example[] = [
  { sum: 'music', why: 'One word, many pictures: instruments, notes and records are all called something musical.' },
  {
    sum: 'something to eat',
    why: 'No picture has this name. It is near food because its words are near those of food.',
  },
  { sum: '🐱 + sea', why: 'A picture and a word in one sum: the vector of the cat, and the step to the sea.' },
  { sum: '🌹 − red + yellow', why: 'Take the redness out of a picture and put yellow in, in words.' },
  { sum: '👑 − man + woman', why: 'The famous sum of word vectors, begun at a picture.' },
  { sum: 'a dog that is not happy', why: 'Here it fails: it reads words, and hardly notices “not”.' },
];
