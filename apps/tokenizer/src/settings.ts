import { type Address, addressOf } from '@residual/appkit';
import { examples } from './examples.js';
import { shipped } from './shipped.js';

/** The settings of the page, all of them in its address. */
export interface Settings {
  /** The names of the two shipped tokenizers. */
  readonly tokenizer: string;
  readonly beside: string;
  readonly special: boolean;
  readonly text: string;
  /** The word whose merges are shown, and by which of the two tokenizers. */
  readonly word: string;
  readonly film: Side;
  /** The language whose sentence is shown, and the tokenizer by which the languages are sorted. */
  readonly language: string;
  readonly sort: Side;
  /** The number of tokens of the visitor's own tokenizer. */
  readonly vocabSize: number;
}

/** One of the two tokenizers. */
export type Side = 'first' | 'second';

/** The settings before the first click. */
export const preset: Settings = {
  tokenizer: 'stories',
  beside: 'en-fr',
  special: false,
  text: examples.English!,
  word: 'unbelievably',
  film: 'first',
  language: 'my',
  sort: 'first',
  vocabSize: 1000,
};

const sides: readonly Side[] = ['first', 'second'];
const names = Object.keys(shipped);

/** The settings in the address of the page. */
export const address: Address<Settings> = addressOf(preset, {
  tokenizer: names,
  beside: names,
  film: sides,
  sort: sides,
});
