import { fixture, fixtureJson } from '@residual/testkit';
import { readWav } from '../index.js';

/** Some frames of the features of the recording: `values[i]` is frame `frames[i]`; `shape` is that of all. */
export interface GoldenFrames {
  readonly shape: readonly number[];
  readonly frames: readonly number[];
  readonly values: readonly (readonly number[])[];
}

/** What Hugging Face transformers 5.24 and librosa 0.11 make of the recording. */
export interface Golden {
  readonly whisper: GoldenFrames;
  readonly whisperWhole: GoldenFrames;
  readonly whisperOdd: GoldenFrames;
  readonly whisper128: GoldenFrames;
  readonly ast: GoldenFrames;
  readonly astPlain: GoldenFrames;
  /** Every 500th sample. */
  readonly wav2vec2: { readonly shape: readonly number[]; readonly values: readonly number[] };
  readonly speecht5: GoldenFrames;
  readonly librosaMfcc: GoldenFrames;
  /** By numpy, as kws_streaming describes it. */
  readonly keyword: GoldenFrames;
  /** Every 160th sample, with momentum and without, of the magnitudes of the first second. */
  readonly griffinLim: Readonly<
    Record<'momentum' | 'plain', { readonly length: number; readonly values: readonly number[] }>
  >;
  /** [frequencies, filters] by name. */
  readonly filters: Readonly<Record<string, readonly (readonly number[])[]>>;
}

/** The reference values. */
export const golden = (): Promise<Golden> => fixtureJson<Golden>('audio/features.json');

/** The recording: 2.5 s of speech at 16 kHz. */
export const speech = async (): Promise<Float32Array> => readWav(await fixture('audio/speech.wav')).channels[0]!;
