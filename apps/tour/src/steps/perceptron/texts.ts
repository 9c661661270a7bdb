/** The sentence that asks for a stored fact. */
export const factSentence = (start: string): string => `Once upon a time, there was ${start} who lived in a big`;

/** What follows the name of the girl in the story about a name. */
export const afterName = '. She loved to play in the park. One day, she saw a big dog. The dog wanted to play with';

/** A story with a name at its beginning, and a place for it at its end. */
export const nameStory = (name: string): string =>
  `Once upon a time, there was a little girl named ${name}${afterName}`;
