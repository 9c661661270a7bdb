import { type Address, addressOf, type WeightChoice, weightChoices } from '@residual/appkit';

/** How fast the pen is shown. */
export const paces = ['slow', 'normal', 'fast'] as const;

/** The chapters of the page: drawings point by point, and emoji code by code. */
export const chapters = ['strokes', 'emoji'] as const;

/** A chapter, each with a model of its own. */
export type Chapter = (typeof chapters)[number];

/** The settings of the page, all of them in its address. */
export interface Settings {
  readonly chapter: Chapter;
  /** What to draw. */
  readonly word: string;
  readonly seed: number;
  /** The temperature of points. */
  readonly temperature: number;
  /** The temperature of the choice whether the pen goes on, is lifted or the drawing ends. */
  readonly penTemperature: number;
  /** How much the word is exaggerated; 1 is not at all. */
  readonly guidanceScale: number;
  /** The strokes that are there already, as `strokesFrom` reads them. */
  readonly begun: string;
  readonly pace: (typeof paces)[number];
  /** The two words between which is drawn. */
  readonly from: string;
  readonly to: string;
  /** The head whose attention is shown, counted through all blocks; -1 is the mean of all, -2 shows nothing. */
  readonly head: number;
  /** What emoji to paint. */
  readonly emoji: string;
  readonly emojiSeed: number;
  readonly emojiTemperature: number;
  readonly emojiGuidance: number;
  /** The first codes of the emoji, as `codesFrom` reads them; the others are painted. */
  readonly codes: string;
  /** `auto` is WebGL with a real graphics card, else WebAssembly. */
  readonly backend: string;
  /** How the weight matrices are held in memory. */
  readonly weights: WeightChoice;
}

/** The settings before the first click. */
export const preset: Settings = {
  chapter: 'strokes',
  word: 'sailboat',
  seed: 5,
  temperature: 0.5,
  penTemperature: 1,
  guidanceScale: 2,
  begun: '',
  pace: 'normal',
  from: 'sailboat',
  to: 'umbrella',
  head: -2,
  emoji: 'red heart',
  emojiSeed: 1,
  emojiTemperature: 0.5,
  emojiGuidance: 2,
  codes: '',
  backend: 'auto',
  weights: 'auto',
};

/** The settings in the address of the page. */
export const address: Address<Settings> = addressOf(preset, {
  chapter: chapters,
  pace: paces,
  weights: weightChoices,
});

const { word, seed, temperature, penTemperature, guidanceScale, pace, from, to } = preset;
const { emoji, emojiSeed, emojiTemperature, emojiGuidance } = preset;

/** The presets of the settings of a drawing that have a control each. */
export const ofDrawing = { word, seed, temperature, penTemperature, guidanceScale, pace };

/** The presets of the words between which is drawn. */
export const ofBetween = { from, to };

/** The presets of the settings of an emoji that have a control each. */
export const ofEmoji = { emoji, emojiSeed, emojiTemperature, emojiGuidance };

/** The presets of a training on one's own drawings, which are not in the address. */
export const ofTraining = { steps: 50, learningRate: 0.0003 };
