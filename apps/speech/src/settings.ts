import { type Address, addressOf, type WeightChoice, weightChoices } from '@residual/appkit';
import { samples } from './samples.js';

/** The settings of the page, all of them in its address. The name of a setting is the id of its control. */
export interface Settings {
  /** A recording that comes with the page. */
  readonly recording: string;
  /** `auto` is WebGL with a real graphics card, else WebAssembly. */
  readonly backend: string;
  /** How the weight matrices are held in memory. */
  readonly weights: WeightChoice;
}

/** The settings before the first click. */
export const preset: Settings = { recording: samples[0]!.id, backend: 'auto', weights: 'auto' };

/** The settings in the address of the page. */
export const address: Address<Settings> = addressOf(preset, {
  recording: samples.map(({ id }) => id),
  weights: weightChoices,
});
