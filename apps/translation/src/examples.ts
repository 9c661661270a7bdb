/** A sentence that shows something, and what one sees in it. */
export interface Example {
  /** The words on its button. */
  readonly label: string;
  readonly text: string;
  readonly shows: string;
}

/** The sentences that one can choose. A test translates them and finds what they show. */
export const examples: readonly Example[] = [
  {
    label: 'Word order',
    text: 'My brother drinks the red wine.',
    shows: 'English puts the colour before the wine and French puts it after: two ribbons cross.',
  },
  {
    label: 'Who misses whom',
    text: 'I miss my brother.',
    shows: 'In French it is the brother who is missing to me: the whole sentence turns around.',
  },
  {
    label: 'Not is two words',
    text: 'I do not like cold coffee.',
    shows: '“do not” becomes two words, n’ and pas, one on each side of the verb.',
  },
  {
    label: 'The verb waits',
    text: 'I see him.',
    shows: 'The French pronoun comes first and the verb waits for the end.',
  },
  {
    label: 'False friends',
    text: 'I left my coins at the library.',
    shows: 'A French “coin” is a corner and a “librairie” sells books. The model falls for neither.',
  },
  {
    label: 'A long one',
    text: 'Tom asked Mary why she was crying, but she did not answer.',
    shows: 'Two clauses in one sentence: most ribbons run straight down, and the order breaks only at “not”.',
  },
  {
    label: 'Several sentences',
    text: 'It is cold outside. I forgot my keys on the table, and nobody is at home. What should I do now?',
    shows: 'Each sentence is translated by itself. Click one, in either text, to see its ribbons.',
  },
  {
    label: 'Where it fails',
    text: 'I am going to the cinema with my friends tonight.',
    shows: 'It takes the cinema for “la cime”, a summit. It does not say so: look at how sure it was of each word.',
  },
];

/** Further sentences for the button that shows another one. */
export const moreSentences: readonly string[] = [
  'This is the village where I was born.',
  'How can you say such a foolish thing?',
  'The door was difficult to open.',
  "I don't have time for a walk.",
  'She went with him to Boston.',
  'If I had known that you were coming, I would have waited.',
];
