import { type Address, addressOf } from '@residual/appkit';

/** The settings of the page, all of them in its address. The name of a setting is the id of its control. */
export interface Settings {
  readonly expression: string;
  readonly method: 'add' | 'multiply' | 'euclid';
  /** GloVe's words, or the tokens of the storyteller. */
  readonly table: 'words' | 'stories';
  readonly axes: 'expression' | 'all';
  readonly view: '2d' | '3d';
  /** Lines of two words, and the words to order. */
  readonly pairs: string;
  readonly words: string;
  /** Whether the drift of a word is shown, the two sentences, and the word. */
  readonly drift: 'closed' | 'open';
  readonly first: string;
  readonly second: string;
  readonly word: string;
}

/** The settings before the first click. */
export const preset: Settings = {
  expression: 'king - man + woman',
  method: 'add',
  table: 'words',
  axes: 'expression',
  view: '2d',
  pairs: 'cat cats',
  words: 'one two three four',
  drift: 'closed',
  first: 'He liked to watch',
  second: 'On his arm he had a watch',
  word: 'watch',
};

/** The settings in the address of the page. */
export const address: Address<Settings> = addressOf(preset, {
  method: ['add', 'multiply', 'euclid'],
  table: ['words', 'stories'],
  axes: ['expression', 'all'],
  view: ['2d', '3d'],
  drift: ['closed', 'open'],
});
