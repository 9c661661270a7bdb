/** An example expression and what it shows. */
export interface Example {
  readonly expression: string;
  /** Whether the answer is the expected one. */
  readonly works: boolean;
  readonly why: string;
}

/** Expressions that work and some that fail, with the reasons. */
export const examples: readonly Example[] = [
  {
    expression: 'king - man + woman',
    works: true,
    why: 'The step from man to king, taken from woman, ends near queen: that step means royalty.',
  },
  {
    expression: 'paris - france + italy',
    works: true,
    why: 'Countries and capitals stand in sentences of the same kind, so one step leads from each country to its capital.',
  },
  {
    expression: 'walking - walked + swam',
    works: true,
    why: 'Grammar is a direction too: the step from past to present leads from swam to swimming, an irregular verb.',
  },
  {
    expression: 'better - good + bad',
    works: true,
    why: 'Comparison is a direction, and worse lies on it although it shares no letter with bad.',
  },
  {
    expression: 'kitten - cat + dog',
    works: true,
    why: 'The young of a dog stands to it as the young of a cat does.',
  },
  {
    expression: 'obama - usa + russia',
    works: true,
    why: 'A country and its president, as the newspapers of 2010 wrote of them: the table is as old as its texts.',
  },
  {
    expression: 'sushi - japan + germany',
    works: false,
    why: 'Fails: no one word is to Germany what sushi is to Japan, so only “refined food” is left.',
  },
  {
    expression: 'bigger - big + cold',
    works: false,
    why: 'Fails by a little: cooler and warmer are used so much like colder that they lie nearer.',
  },
  {
    expression: 'bank - river',
    works: false,
    why: 'Fails to split a word: bank has one vector for all its meanings, and the texts wrote mostly of money.',
  },
  {
    expression: 'not + good',
    works: false,
    why: 'Fails: negation is no direction. Adding not only drags the sum towards other small words.',
  },
  {
    expression: 'doctor - man + woman',
    works: false,
    why: 'Answers with the prejudice of its texts. It says how people wrote, nothing about doctors or women.',
  },
];
