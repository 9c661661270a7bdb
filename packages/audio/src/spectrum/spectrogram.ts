import { expectInteger, expectOptions, expectValue } from '@residual/base';
import type { Features } from '../features.js';
import { type FrameTransform, frameTransform, type Logarithm, logarithms } from './frame-transform.js';
import { copyFrame, type FramePadding, type Framing, frameCount, paddingOf } from './frames.js';
import type { MelFilter } from './mel-filters.js';
import { type WindowName, windowFunction } from './window.js';

/** How a recording is cut into frames that are transformed. */
export interface StftOptions {
  /** Samples of a frame. */
  readonly frameLength: number;
  /** Samples from the start of a frame to the start of the next one. */
  readonly hop: number;
  /** The length of the transform; frames are continued with zeros. Default `frameLength`. */
  readonly fftLength?: number;
  /** The name of a periodic window, or weights [frameLength]. Default `hann`. */
  readonly window?: WindowName | Float64Array;
  /**
   * Frame t has its middle at sample t · hop and the recording continues as its mirror image (`reflect`) or as zeros at
   * both ends; or frame t starts there, and there are whole frames only (`none`). Default `reflect`.
   */
  readonly padding?: FramePadding;
}

/** Settings of `spectrogram` and `spectrogramStream`. */
export interface SpectrogramOptions extends StftOptions {
  /** Whether the mean of each frame is subtracted. Default false. */
  readonly removeMean?: boolean;
  /** The part of the sample before that is subtracted from each sample of a frame. Default 0. */
  readonly preemphasis?: number;
  /** 2 for the squares of the magnitudes, 1 for the magnitudes. Default 2. */
  readonly power?: 1 | 2;
  /** Filters whose sums take the place of the spectrum. */
  readonly mel?: readonly MelFilter[];
  /** The least sum of a filter, and the least value of which a logarithm is taken. Default 1e-10. */
  readonly floor?: number;
  /** `decibel` is 10 log₁₀. Default `none`. */
  readonly log?: Logarithm;
}

/** A spectrogram's cut into frames, and what is computed of each. */
export interface SpectrogramPlan extends Framing, FrameTransform {}

/** The names of `StftOptions`. */
export const stftNames = { frameLength: 1, hop: 1, fftLength: 0, window: 0, padding: 0 } as const;

/** Frames, the window over them, and the length of their transforms. */
export interface StftPlan extends Framing {
  readonly fftLength: number;
  /** [frameLength] */
  readonly window: Float64Array;
}

/** Checks how a recording is cut into frames. */
export function stftPlan(caller: string, options: StftOptions): StftPlan {
  const { frameLength, hop, fftLength = frameLength, padding = 'reflect', window: windowOption = 'hann' } = options;
  expectInteger(caller, 'frameLength', frameLength, { min: 1, max: 2 ** 20 });
  expectInteger(caller, 'hop', hop, { min: 1, max: 2 ** 20 });
  expectInteger(caller, 'fftLength', fftLength, { min: frameLength, max: 2 ** 20 });
  expectValue(['reflect', 'zeros', 'none'].includes(padding), caller, 'padding', padding, 'reflect, zeros or none');
  const window = typeof windowOption === 'string' ? windowFunction(windowOption, frameLength) : windowOption;
  const fits = `frameLength ${frameLength}`;
  expectValue(window.length === frameLength, caller, 'the length of window', window.length, fits);
  return { frameLength, hop, fftLength, padding, window };
}

/** Checks settings and prepares the transform. */
export function spectrogramPlan(caller: string, options: SpectrogramOptions): SpectrogramPlan {
  const names = { ...stftNames, removeMean: 0, preemphasis: 0, power: 0, mel: 0, floor: 0, log: 0 } as const;
  expectOptions(caller, options, names);
  const { removeMean = false, power = 2, mel, preemphasis = 0, floor = 1e-10, log = 'none' } = options;
  const plan = stftPlan(caller, options);
  expectValue(preemphasis >= 0 && preemphasis <= 1, caller, 'preemphasis', preemphasis, 'from 0 to 1');
  expectValue(power === 1 || power === 2, caller, 'power', power, '1 or 2');
  expectValue(floor >= 0 && floor < Infinity, caller, 'floor', floor, '0 or more');
  expectValue(Object.hasOwn(logarithms, log), caller, 'log', log, Object.keys(logarithms).join(', '));
  const bins = (plan.fftLength >> 1) + 1;
  const end = mel?.reduce((last, { first, weights }) => Math.max(last, first + weights.length), 0) ?? 0;
  expectValue(end <= bins, caller, 'the end of the last mel filter', end, `at most ${bins}, the frequencies`);
  return { ...plan, ...frameTransform({ ...plan, removeMean, preemphasis, power, mel, floor, log }) };
}

/**
 * The short-time spectrum of a recording: samples [length] → [frames, frequencies], with filters [frames, filters]. It
 * is computed in float64 and rounded once. With padding there are 1 + ⌊length / hop⌋ frames of an even length.
 */
export function spectrogram(samples: Float32Array, options: SpectrogramOptions): Features {
  const plan = spectrogramPlan('spectrogram', options);
  const frames = frameCount(samples.length, plan);
  const values = new Float32Array(frames * plan.outputs);
  eachFrame(samples, plan, frames, (row, frame) => values.set(row, frame * plan.outputs));
  return { values, shape: [frames, plan.outputs] };
}

/** Computes the first frames of a recording, and hands over the row of each, valid until the next one. */
export function eachFrame(
  samples: Float32Array,
  plan: SpectrogramPlan,
  frames: number,
  take: (row: Float64Array, frame: number) => void,
): void {
  const range = { samples, start: 0, length: samples.length };
  const padding = paddingOf(plan);
  const buffer = new Float64Array(plan.frameLength);
  const row = new Float64Array(plan.outputs);
  for (let frame = 0; frame < frames; frame++) {
    copyFrame(range, frame * plan.hop - padding, buffer, plan.padding);
    plan.compute(buffer, row);
    take(row, frame);
  }
}
