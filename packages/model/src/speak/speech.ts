import type { SkippedText } from './read-english.js';

/** A token as it is spoken. */
export interface SpokenToken {
  /** The character, phone or piece of the vocabulary. */
  readonly token: string;
  readonly id: number;
  /** The span that it stands for in the text, in UTF-16 units; empty for a token that the text does not contain. */
  readonly span: readonly [start: number, end: number];
  /** When it is said, in seconds from the beginning of the speech. */
  readonly start: number;
  readonly end: number;
  /** Its pitch and energy in the model's units, where the model has them. */
  readonly pitch?: number;
  readonly energy?: number;
}

/** A word as it is spoken. */
export interface SpokenWord {
  readonly text: string;
  readonly span: readonly [start: number, end: number];
  /** When it is said, in seconds from the beginning of the speech. */
  readonly start: number;
  readonly end: number;
  /** The indices of its tokens among those of the sentence. */
  readonly tokens: readonly number[];
}

/** A sentence as it is spoken: what is known of it once its last piece was made. */
export interface SpokenSentence {
  readonly text: string;
  readonly span: readonly [start: number, end: number];
  /** When it is said, in seconds from the beginning of the speech. */
  readonly start: number;
  readonly end: number;
  readonly tokens: readonly SpokenToken[];
  readonly words: readonly SpokenWord[];
}

/** A piece of a speech. Pieces follow each other; all samples joined are the speech. */
export interface SpeechPiece {
  /** Samples from -1 to 1. */
  readonly samples: Float32Array;
  /** Samples in a second. */
  readonly sampleRate: number;
  /** When it begins, in seconds from the beginning of the speech. */
  readonly start: number;
  /** The number of its sentence, and whether it is the last piece of that. */
  readonly sentence: number;
  readonly isLast: boolean;
  /** Where a model that speaks step by step looked: a row for each step that the piece ends, as long as `tokens`. */
  readonly attention?: readonly Float32Array[];
  /**
   * The sentence with its words and tokens and when they are said: in its first piece for a model that knows how long
   * each token lasts, else in its last one.
   */
  readonly spoken?: SpokenSentence;
}

/** A whole speech. */
export interface Speech {
  readonly samples: Float32Array;
  readonly sampleRate: number;
  readonly sentences: readonly SpokenSentence[];
  /** What was not said of an English text: emoji, other scripts. */
  readonly skipped: readonly SkippedText[];
  /** The seed that was used. */
  readonly seed: number;
}
