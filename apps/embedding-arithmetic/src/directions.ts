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
    note: 'The step from cat to cats orders the numbers by size, although the pair contains no number.',
  },
  {
    name: 'Gender',
    pairs: 'man woman\nking queen\nhe she',
    words: 'uncle aunt actor actress brother sister nurse engineer teacher soldier dancer boss',
    note:
      'Uncle and aunt are on their sides, as they should be. But nurse, dancer and engineer lean too, although ' +
      'nothing in them means a gender.',
  },
  {
    name: 'Tense',
    pairs: 'walk walked\nplay played\nlook looked',
    words: 'go went see saw help helped take took jump jumped',
    note: 'The pairs are regular verbs; irregular verbs follow the same direction.',
  },
  {
    name: 'Country and capital',
    pairs: 'france paris\nitaly rome\njapan tokyo',
    words: 'spain madrid russia moscow egypt cairo poland warsaw greece athens',
    note: 'Countries are at one end and capitals at the other, also for countries that are in no pair.',
  },
  {
    name: 'Comparison',
    pairs: 'big bigger\nsmall smaller\nfast faster',
    words: 'old older cheap cheaper strong stronger good better bad worse',
    note: 'The comparative is further along, whether it ends in -er or not.',
  },
];
