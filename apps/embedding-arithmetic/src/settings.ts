import { type Address, addressOf } from '@residual/appkit';

/** What the page can be set to; all of it stands in the address. Each name is also the id of its control. */
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
  /** Whether the drift of a word is shown, in which sentences, and of which word. */
  readonly drift: 'closed' | 'open';
  readonly first: string;
  readonly second: string;
  readonly word: string;
}

/** What stands there before the first click. */
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

/** The settings in the address. */
export const address: Address<Settings> = addressOf(preset, {
  method: ['add', 'multiply', 'euclid'],
  table: ['words', 'stories'],
  axes: ['expression', 'all'],
  view: ['2d', '3d'],
  drift: ['closed', 'open'],
});
