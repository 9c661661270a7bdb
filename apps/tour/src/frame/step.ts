import type { TokenizedText } from '@residual/appkit';
import type { Settings } from '../settings.js';
import type { Formula } from './formula.js';
import type { Tour } from './tour.js';

/** What a step says beside its picture. */
export interface StepText {
  readonly title: string;
  /** Two sentences. */
  readonly lead: string;
  readonly formula: {
    readonly math: Formula;
    /** What the letters of the formula mean. */
    readonly words: string;
  };
  /** The tensors of the step, in the words of the library. */
  readonly shapes: readonly Shape[];
  /** The line of a package that computes the step; a test looks for it there. */
  readonly code: { readonly file: string; readonly line: string };
}

/** A named shape, such as `token embedding [6000, 320]`. */
export interface Shape {
  readonly name: string;
  readonly shape: string;
}

/** Settings that show something worth seeing, as a button. */
export interface Preset {
  readonly label: string;
  readonly settings: Partial<Settings>;
}

/** The text of the sentence as tokens. */
export type Tokens = TokenizedText;

/** What a view shows at the moment. */
export interface Look {
  readonly settings: Settings;
  readonly tokens: Tokens;
  /** Aborted when the sentence or a setting changes meanwhile; pass it to calls of the worker. */
  readonly signal: AbortSignal;
}

/** Shows the step for a sentence; called at first sight, and after each change of the sentence or of its settings. */
export type Update = (look: Look) => Promise<void> | void;

/** Builds the picture of a step in an empty element and returns its update. */
export type MakeView = (place: HTMLElement, tour: Tour) => Update;

/** A step of the tour. */
export interface Step {
  /** Its name in the address, and the id of its section. */
  readonly name: string;
  readonly text: StepText;
  /** The names of its own settings, whose changes update its view. */
  readonly settings: readonly (keyof Settings)[];
  /** The names of settings of other steps, whose changes update its view too; none if absent. */
  readonly follows?: readonly (keyof Settings)[];
  /** The names of its own settings that a part of its view follows by itself; none if absent. */
  readonly partSettings?: readonly (keyof Settings)[];
  readonly presets: readonly Preset[];
  /** Loads the view, when the step comes near. */
  readonly load: () => Promise<{ readonly view: MakeView }>;
}
