import { expectInteger, expectValue } from '@residual/base';
import { expectOptions, type OptionNames } from '@residual/tensor';
import { expectSignal } from '../arguments.js';
import type { Model } from '../model.js';
import type { BoundSynthesizer } from '../model-kind.js';
import type { RemoteModel } from '../worker/connect.js';
import type { Prosody } from './prosody.js';
import { expectVoice, type Voice } from './voice.js';

/** The options of `speak`; `durations` and `pitches` have a list for each sentence that is spoken. */
export interface SpeakOptions extends Voice, Prosody {
  /** How fast it speaks, 1 as it learned; for models that know how long each token lasts. */
  readonly speed?: number | undefined;
  /** Added to the pitch of each token, in the model's units; for models that predict a pitch. */
  readonly pitch?: number | undefined;
  /** Where random numbers come from: the same seed gives the same speech. Picked at random if absent. */
  readonly seed?: number | undefined;
  /** How much frames vary from the most likely ones, 0 for not at all; as the config says if absent. */
  readonly noiseScale?: number | undefined;
  /** The same of durations. */
  readonly durationNoiseScale?: number | undefined;
  /** A model that makes samples of the frames, for models that make none; the caller keeps and disposes it. */
  readonly vocoder?: Model | RemoteModel | undefined;
  /** At which probability of the end it stops, default 0.5; for models that speak step by step. */
  readonly threshold?: number | undefined;
  /** The fewest and the most frames for each token, default 0 and 20; for models that speak step by step. */
  readonly minLengthRatio?: number | undefined;
  /** The most frames for each token; see `minLengthRatio`. */
  readonly maxLengthRatio?: number | undefined;
  /** Whether the text is in the symbols of the model, such as phones with spaces between them; default false. */
  readonly symbols?: boolean | undefined;
  /** Ends the speech before its next piece. */
  readonly signal?: AbortSignal | undefined;
}

const names: OptionNames<SpeakOptions> = {
  ...{ speaker: 0, speakerEmbedding: 0, language: 0, speed: 0, pitch: 0, seed: 0, noiseScale: 0 },
  ...{ durationNoiseScale: 0, vocoder: 0, threshold: 0, minLengthRatio: 0, maxLengthRatio: 0, symbols: 0, signal: 0 },
  ...{ durations: 0, pitches: 0 },
};

/** The options of `speak` with their defaults. */
export interface SpeakSettings {
  readonly voice: Voice;
  readonly speed: number;
  readonly pitch: number;
  readonly seed: number;
  readonly noiseScale: number;
  readonly durationNoiseScale: number;
  readonly threshold: number;
  readonly minLengthRatio: number;
  readonly maxLengthRatio: number;
  readonly symbols: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Checks the options for a model. Throws for one that would have no effect on it. */
export function speakSettings({ layer, composition }: BoundSynthesizer, options: SpeakOptions): SpeakSettings {
  expectOptions('speak', options, names);
  expectSignal('speak', options.signal);
  const { speaker, speakerEmbedding, language, seed = Math.floor(Math.random() * 2 ** 31), signal } = options;
  const voice = { speaker, speakerEmbedding, language };
  expectVoice('speak', voice, layer);
  expectInteger('speak', 'seed', seed, { min: 0, max: 2 ** 32 - 1 });
  const isParallel = layer.way === 'parallel';
  const draws = composition.noiseScale !== undefined;
  /** A number of an option that only some models have. */
  const number = (name: keyof SpeakOptions, fallback: number, fits: boolean, min: number, what: string) => {
    const value = options[name] as number | undefined;
    if (value === undefined) return fallback;
    expectValue(fits, 'speak', name, value, 'absent: this model has no such setting');
    expectValue(
      typeof value === 'number' && Number.isFinite(value) && value >= min,
      'speak',
      name,
      value,
      what,
      'range',
    );
    return value;
  };
  const positive = Number.MIN_VALUE;
  return {
    voice,
    seed,
    signal,
    speed: number('speed', 1, isParallel, positive, 'a number above 0'),
    pitch: number('pitch', 0, isParallel && !draws, -Infinity, 'a finite number'),
    noiseScale: number('noiseScale', composition.noiseScale ?? 0, draws, 0, 'a number, 0 or more'),
    durationNoiseScale: number(
      'durationNoiseScale',
      composition.durationNoiseScale ?? 0,
      draws,
      0,
      'a number, 0 or more',
    ),
    threshold: number('threshold', 0.5, !isParallel, 0, 'a number, 0 or more'),
    minLengthRatio: number('minLengthRatio', 0, !isParallel, 0, 'a number, 0 or more'),
    maxLengthRatio: number('maxLengthRatio', 20, !isParallel, positive, 'a number above 0'),
    symbols: options.symbols ?? false,
  };
}
