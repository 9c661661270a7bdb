import { type Address, addressOf } from '@residual/appkit';
import { directions } from './directions.js';
import { familyChoices } from './families.js';
import { questions } from './island.js';
import { exampleSentences } from './sentence-examples.js';

/** The settings of the page, all of them in its address. The name of a setting is the id of its control. */
export interface Settings {
  readonly expression: string;
  /** The families whose pairs are drawn instead of the expression, their names with spaces between them; or none. */
  readonly families: string;
  readonly method: 'add' | 'multiply' | 'euclid';
  /** GloVe's words, or the tokens of the storyteller. */
  readonly table: 'words' | 'stories';
  readonly axes: 'expression' | 'all';
  readonly view: '2d' | '3d';
  /** The name of an example direction, or `own`. */
  readonly direction: string;
  /** An own direction: lines of two words, words to order, and lines of two words to test it on. */
  readonly pairs: string;
  readonly words: string;
  readonly checks: string;
  /** Whether the direction from he to she is removed. */
  readonly bias: 'shown' | 'removed';
  /** Whether the drift of a word is shown at once, the two sentences, and the word. */
  readonly drift: 'closed' | 'open';
  readonly first: string;
  readonly second: string;
  readonly word: string;
  /** The sentences on the map of meaning, one on each line. */
  readonly lines: string;
  /** What a text is searched for. */
  readonly query: string;
}

/** The settings before the first click. */
export const preset: Settings = {
  expression: 'king - man + woman',
  families: '',
  method: 'add',
  table: 'words',
  axes: 'expression',
  view: '2d',
  direction: 'number',
  pairs: '',
  words: '',
  checks: '',
  bias: 'shown',
  drift: 'closed',
  first: 'He liked to watch',
  second: 'On his arm he had a watch',
  word: 'watch',
  lines: exampleSentences.join('\n'),
  query: questions[0]!,
};

/** The settings in the address of the page. */
export const address: Address<Settings> = addressOf(preset, {
  families: familyChoices(),
  method: ['add', 'multiply', 'euclid'],
  table: ['words', 'stories'],
  axes: ['expression', 'all'],
  view: ['2d', '3d'],
  direction: [...Object.keys(directions), 'own'],
  bias: ['shown', 'removed'],
  drift: ['closed', 'open'],
});
