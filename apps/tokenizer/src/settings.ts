import { type Address, addressOf } from '@residual/appkit';
import { examples } from './examples.js';

/** The settings of the page, all of them in its address. */
export interface Settings {
  /** The name of a shipped tokenizer. */
  readonly tokenizer: string;
  readonly special: boolean;
  readonly text: string;
}

/** The settings before the first click. */
export const preset: Settings = { tokenizer: 'stories', special: false, text: examples.story! };

/** The settings in the address of the page. */
export const address: Address<Settings> = addressOf(preset);
