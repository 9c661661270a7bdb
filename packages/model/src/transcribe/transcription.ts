import type { BeamResult, BeamSearchStep } from '../generate/beam-policy.js';
import type { Step } from '../generate/sampling-policy.js';

/** Where a model looked in the sound. */
export interface SoundAttention {
  /** The time of the first weight in seconds from the start of the recording, and from one weight to the next. */
  readonly start: number;
  readonly step: number;
  /** How much the heads that follow the sound looked at each position, on average: 1 in all, with what follows. */
  readonly weights: Float32Array;
}

/** A word of a transcription. */
export interface TranscribedWord {
  /** The word, with the space before it where the model writes one. */
  readonly text: string;
  /** In seconds from the start of the recording. */
  readonly start: number;
  readonly end: number;
  /** The mean probability of its tokens under the model. */
  readonly probability: number;
  /** Its tokens, a part of those of the segment. */
  readonly tokens: readonly number[];
  /** Where the model looked when it wrote them, if `attention` asked for it. */
  readonly attention?: SoundAttention;
}

/** A part of a recording in which something is said. */
export interface TranscribedSegment {
  /** In seconds from the start of the recording. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** Its tokens, those of times included. */
  readonly tokens: readonly number[];
  /** The index of its window. */
  readonly window: number;
  /** Its words, if `timestamps: 'word'` asked for them. */
  readonly words?: readonly TranscribedWord[];
}

/** One attempt to decode a window. */
export interface WindowAttempt {
  /** 0 is greedy, or a beam search; above 0 tokens are drawn. */
  readonly temperature: number;
  /** The new tokens, with the end token if there is one. */
  readonly tokens: readonly number[];
  /** The mean log-probability of the tokens among those that the rules allow. */
  readonly avgLogprob: number;
  /** The bytes of the tokens over their compressed bytes: high for a text that repeats itself. */
  readonly compressionRatio: number;
  /** The probability that there is no speech; absent if the model has no token for it. */
  readonly noSpeechProb?: number;
  /** Whether the thresholds ask for another attempt. */
  readonly needsFallback: boolean;
  /** The texts of a beam search, best first. */
  readonly beams?: readonly BeamResult[];
}

/** A part of a recording that was read at once, 30 s for Whisper. */
export interface TranscribedWindow {
  /** In seconds from the start of the recording. */
  readonly start: number;
  readonly end: number;
  /** The attempts in order; the last one is the text. None if there was no sound at all. */
  readonly attempts: readonly WindowAttempt[];
  /** Whether it holds no speech, so that its text does not count. */
  readonly isSkipped: boolean;
}

/** A recording and its text. */
export interface Transcription {
  readonly text: string;
  /** The length of the recording in seconds. */
  readonly duration: number;
  /** The code of the language, of a model that knows several. */
  readonly language?: string;
  /** The probability of the language among all, if it was detected. */
  readonly languageProbability?: number;
  /** The tokens of all segments. */
  readonly tokens: readonly number[];
  readonly segments: readonly TranscribedSegment[];
  /** The words of all segments, if `timestamps: 'word'` asked for them. */
  readonly words?: readonly TranscribedWord[];
  readonly windows: readonly TranscribedWindow[];
  /** The seed of the run, the caller's or a new one. */
  readonly seed: number;
}

/** What every step tells. */
interface StepInfo {
  /** The index of the recording. */
  readonly recording: number;
  /** The index of the window in the recording. */
  readonly window: number;
  /** The text of the recording so far; that of an attempt may be replaced by the next one. */
  readonly text: string;
}

/** One more token of a window. */
export interface TranscriptionTokenStep extends StepInfo {
  readonly kind: 'token';
  /** The number of the attempt, from 0. */
  readonly attempt: number;
  readonly step: Step;
}

/** One more step of a beam search over the windows of the recordings in `recordings`. */
export interface TranscriptionBeamsStep {
  readonly kind: 'beams';
  /** The indices of the recordings, in the order of the beams of the step. */
  readonly recordings: readonly number[];
  readonly step: BeamSearchStep;
}

/** A window is done. */
export interface TranscriptionWindowStep extends StepInfo {
  readonly kind: 'window';
  readonly result: TranscribedWindow;
  /** The segments that it adds. */
  readonly segments: readonly TranscribedSegment[];
  /** The seconds transcribed so far of all recordings, and in total. */
  readonly done: number;
  readonly total: number;
}

/** A recording is done. */
export interface TranscriptionDone {
  readonly kind: 'recording';
  readonly recording: number;
  readonly text: string;
  readonly transcription: Transcription;
}

/** A step of a transcription. */
export type TranscriptionStep =
  | TranscriptionTokenStep
  | TranscriptionBeamsStep
  | TranscriptionWindowStep
  | TranscriptionDone;
