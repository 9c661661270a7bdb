/** An example expression and what it shows. */
export interface Example {
  /** One or two words for its button. */
  readonly name: string;
  readonly expression: string;
  /** Whether the answer is the expected one. */
  readonly works: boolean;
  readonly why: string;
}

/** Expressions that work and some that fail, with the reasons. */
export const examples: readonly Example[] = [
  {
    name: 'Royalty',
    expression: 'king - man + woman',
    works: true,
    why: 'The step from man to king, taken from woman, ends near queen: that step means royalty.',
  },
  {
    name: 'Capitals',
    expression: 'paris - france + italy',
    works: true,
    why: 'Countries and capitals appear in similar sentences, so one step leads from each country to its capital.',
  },
  {
    name: 'Tense',
    expression: 'walking - walked + swam',
    works: true,
    why: 'Grammar is a direction too: the step from past to present leads from swam to swimming, an irregular verb.',
  },
  {
    name: 'Comparison',
    expression: 'better - good + bad',
    works: true,
    why: 'Comparison is a direction, and worse lies on it although it shares no letter with bad.',
  },
  {
    name: 'Young animals',
    expression: 'kitten - cat + dog',
    works: true,
    why: 'A puppy is to a dog what a kitten is to a cat.',
  },
  {
    name: 'Presidents',
    expression: 'obama - usa + russia',
    works: true,
    why: 'A country and its president, as newspapers of 2010 wrote about them: the table is as old as its texts.',
  },
  {
    name: 'Food',
    expression: 'sushi - japan + germany',
    works: false,
    why: 'Fails: no one word is to Germany what sushi is to Japan, so only “refined food” is left.',
  },
  {
    name: 'Colder',
    expression: 'bigger - big + cold',
    works: false,
    why: 'Fails narrowly: cooler and warmer are used so much like colder that they are nearer.',
  },
  {
    name: 'River bank',
    expression: 'bank - river',
    works: false,
    why: 'Fails: bank has one vector for all its meanings, and most of the texts are about money.',
  },
  {
    name: 'Not good',
    expression: 'not + good',
    works: false,
    why: 'Fails: negation is not a direction. Adding “not” only pulls the sum towards other short words.',
  },
  {
    name: 'Doctor',
    expression: 'doctor - man + woman',
    works: false,
    why: 'Fails: it answers with the prejudice of its texts: how people wrote, not what doctors or women are.',
  },
];
