/** A direction as an example: pairs, words to order, and what the result shows. */
export interface DirectionPreset {
  readonly name: string;
  readonly pairs: string;
  readonly words: string;
  readonly note: string;
}

/** Directions of meaning, each given by a few pairs, and words to order along them. */
export const directions: readonly DirectionPreset[] = [
  {
    name: 'Plural',
    pairs: 'cat cats',
    words: 'one two three four',
    note: 'The step from cat to cats orders the numbers by how many they are, although no number was in the pair.',
  },
  {
    name: 'Gender',
    pairs: 'man woman\nking queen\nhe she',
    words: 'uncle aunt actor actress brother sister nurse engineer teacher soldier dancer boss',
    note: 'Uncle and aunt fall on their sides, as they should. But nurse, dancer and engineer lean too, and nothing in them means a gender.',
  },
  {
    name: 'Tense',
    pairs: 'walk walked\nplay played\nlook looked',
    words: 'go went see saw help helped take took jump jumped',
    note: 'Regular verbs show the way, irregular ones follow it.',
  },
  {
    name: 'Country and capital',
    pairs: 'france paris\nitaly rome\njapan tokyo',
    words: 'spain madrid russia moscow egypt cairo poland warsaw greece athens',
    note: 'Countries at one end, capitals at the other, for countries that were in no pair.',
  },
  {
    name: 'Comparison',
    pairs: 'big bigger\nsmall smaller\nfast faster',
    words: 'old older cheap cheaper strong stronger good better bad worse',
    note: 'The comparative lies further along, whether it ends in -er or not.',
  },
];
