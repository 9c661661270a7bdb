import { type Address, addressOf, type WeightChoice, weightChoices } from '@residual/appkit';
import { samples } from './samples.js';
import { texts } from './voice/texts.js';

/** The halves of the page: a voice becomes a text, a text becomes a voice. */
export const parts = ['listen', 'speak'] as const;

/** The settings of the page, all of them in its address. The name of a setting is the id of its control. */
export interface Settings {
  /** The half that is shown. */
  readonly part: (typeof parts)[number];
  /** A recording that comes with the page. */
  readonly recording: string;
  /** Whether what was said into the microphone is read back at once. */
  readonly echo: boolean;
  /** What the voice says, how fast, and how much higher in the units of the voice. */
  readonly text: string;
  readonly speed: number;
  readonly pitch: number;
  /** `auto` is WebGL with a real graphics card, else WebAssembly. */
  readonly backend: string;
  /** How the weight matrices are held in memory. */
  readonly weights: WeightChoice;
}

/** The settings before the first click. */
export const preset: Settings = {
  ...{ part: 'listen', recording: samples[0]!.id, echo: false },
  ...{ text: texts[0]!.text, speed: 1, pitch: 0 },
  ...{ backend: 'auto', weights: 'auto' },
};

/** The settings in the address of the page. */
export const address: Address<Settings> = addressOf(preset, {
  part: parts,
  recording: samples.map(({ id }) => id),
  weights: weightChoices,
});
