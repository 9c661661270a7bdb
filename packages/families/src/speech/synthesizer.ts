import type { Layer } from '@residual/layers';
import type { Tensor } from '@residual/tensor';
import type { HifiGan } from './hifi-gan-layer.js';

/** Who speaks and in which language, where a model can be told. */
export interface VoiceInputs {
  /** The number of the speaker, int32 [1]. */
  readonly speakerId?: Tensor | undefined;
  /** The number of the language, int32 [1]. */
  readonly languageId?: Tensor | undefined;
  /** The vector of the speaker, [1, speakerDim]. */
  readonly speaker?: Tensor | undefined;
}

/** The input of `plan`: ids int32 [1, length], and noise [1, length, 2] for a model that draws durations. */
export interface PlanInputs extends VoiceInputs {
  readonly ids: Tensor;
  readonly noise?: Tensor | undefined;
}

/** Which voices a model knows. */
export interface KnownVoices {
  /** How many speakers have a number; 0 if they have none. */
  readonly speakers: number;
  /** How many languages have a number; 0 if they have none. */
  readonly languages: number;
  /** Width of the vector of a speaker; 0 if it reads none. */
  readonly speakerDim: number;
}

/** What a model makes of a text before it makes frames. */
export interface SpeechPlan {
  /** What frames are made from, [1, length, width]. */
  readonly states: Tensor;
  /** How many frames each token lasts, before it is rounded: [1, length]. */
  readonly durations: Tensor;
  /** The pitch and the energy of each token, [1, length, 1], in units of the model; absent if it has none. */
  readonly pitch?: Tensor | undefined;
  readonly energy?: Tensor | undefined;
}

/** The input of `frames`: a plan, the token of each frame, and noise [1, frames, bins] for a model that draws. */
export interface FrameInputs extends Omit<SpeechPlan, 'durations'>, VoiceInputs {
  /** The index of the token that each frame belongs to, int32 [frames]; of a batch, of its row among all. */
  readonly tokens: Tensor;
  readonly noise?: Tensor | undefined;
}

/** The input of a synthesizer as a layer: a text and the token of each frame. */
export interface SpeechInputs extends PlanInputs {
  readonly tokens: Tensor;
  readonly frameNoise?: Tensor | undefined;
}

/**
 * A model that knows how long each token lasts before it makes all frames at once: from a text and the token of each
 * frame to frames [1, frames, bins]. `plan` and `frames` are its halves, layers of the same weights.
 */
// biome-ignore lint/suspicious/noExplicitAny: a model of any needs
export interface ParallelSynthesizer<Needs = any> extends Layer<Needs, SpeechInputs, Tensor>, KnownVoices {
  readonly way: 'parallel';
  readonly vocab: number;
  readonly bins: number;
  readonly plan: Layer<Needs, PlanInputs, SpeechPlan>;
  readonly frames: Layer<Needs, FrameInputs, Tensor>;
  /** How many frames each token gets for these durations, at a speed. */
  readonly frameCounts: (durations: Float32Array, speed: number) => Int32Array;
  /** The vocoder in the tree at `vocoder`; undefined if the model has none. */
  readonly vocoder: HifiGan | undefined;
  /** The vector [1, 1, speakerDim] of a speaker that the vocoder reads; undefined if it reads none. */
  readonly speakerVector?: Layer<Needs, Tensor, Tensor> | undefined;
}

/** The input of a step: the frame before, [1, length, bins], the encoded text, and the vector of the speaker. */
export interface StepInputs extends Pick<VoiceInputs, 'speaker'> {
  readonly previous: Tensor;
  readonly memory: Tensor;
}

/** The output of a step for each position: `perStep` frames, and the logits that the speech ends there. */
export interface StepOutput {
  /** [1, length · perStep, bins]. */
  readonly frames: Tensor;
  /** [1, length · perStep]. */
  readonly stop: Tensor;
}

/** The input of an autoregressive synthesizer as a layer. */
export interface TeacherInputs extends Omit<StepInputs, 'memory'> {
  readonly ids: Tensor;
}

/**
 * A model that makes frames one step after the other: from a text and the frames before each step to frames [1, length
 * · perStep, bins]. `encode`, `step` and `postnet` are its parts, layers of the same weights.
 */
// biome-ignore lint/suspicious/noExplicitAny: a model of any needs
export interface AutoregressiveSynthesizer<Needs = any> extends Layer<Needs, TeacherInputs, Tensor>, KnownVoices {
  readonly way: 'autoregressive';
  readonly vocab: number;
  readonly bins: number;
  /** How many frames a step makes. */
  readonly perStep: number;
  /** The most steps that the model has positions for. */
  readonly maxSteps: number;
  /** Ids int32 [1, length] to the memory [1, length, modelDim]. */
  readonly encode: Layer<Needs, Tensor, Tensor>;
  readonly step: Layer<Needs, StepInputs, StepOutput>;
  /** Frames [1, frames, bins] to refined ones. */
  readonly postnet: Layer<Needs, Tensor, Tensor>;
  /** Whether the prenet drops entries at random while the slot `randomness` is filled. */
  readonly hasDropout: boolean;
  /** How many frames before and after a frame the postnet reads. */
  readonly framesAround: number;
}
