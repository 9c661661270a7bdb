import { type Address, addressOf, strokesText, type WeightChoice, weightChoices } from '@residual/appkit';
import { drawings } from './drawings.js';

/** The settings of the page, all of them in its address. */
export interface Settings {
  /** Words and pictures with + and − between them. */
  readonly sum: string;
  /** The emoji that is looked at; empty with a drawing or a file. */
  readonly picture: string;
  /** The strokes of a drawing, as `strokesFrom` reads them; where an emoji is looked at, it is not shown. */
  readonly drawing: string;
  /** The word whose place in the picture is looked for; the nearest one if empty. */
  readonly word: string;
  /** Another model: a Hugging Face id or a URL; empty for the one that comes with the page. */
  readonly model: string;
  /** The address of a hub; empty for that of Hugging Face. */
  readonly hub: string;
  /** `auto` is WebGL with a real graphics card, else WebAssembly. */
  readonly backend: string;
  /** How the weight matrices are held in memory. */
  readonly weights: WeightChoice;
}

/** The settings before the first click. */
const preset: Settings = {
  sum: 'music',
  picture: '',
  drawing: strokesText(drawings[0]!.strokes),
  word: '',
  model: '',
  hub: '',
  backend: 'auto',
  weights: 'auto',
};

/** The settings in the address of the page. */
export const address: Address<Settings> = addressOf(preset, { weights: weightChoices });
