import { type Address, addressOf } from '@residual/appkit';
import { examples } from './examples.js';

/** What the page can be set to; all of it stands in the address. */
export interface Settings {
  /** The name of a shipped tokenizer. */
  readonly tokenizer: string;
  readonly special: boolean;
  readonly text: string;
}

/** What stands there before the first click. */
export const preset: Settings = { tokenizer: 'stories', special: false, text: examples.story! };

/** The settings in the address. */
export const address: Address<Settings> = addressOf(preset);
