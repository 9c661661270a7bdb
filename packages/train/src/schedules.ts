import { expectInteger, expectOptions, expectValue } from '@residual/base';
import { expectPositive } from './numbers.js';

/** The learning rate of a step; the first step is 0. */
export type Schedule = (step: number) => number;

/** Settings of every schedule. */
export interface WarmUpOptions {
  /** The highest learning rate. */
  readonly peak: number;
  /** The number of steps in which the rate rises from 0 to `peak`; 0 if absent. */
  readonly warmUp?: number;
}

/** Settings of a schedule that decays. */
export interface DecayOptions extends WarmUpOptions {
  /** The number of steps until the end of the decay, with those of the warm-up. */
  readonly steps: number;
}

/** Settings of `cosineDecay`. */
export interface CosineDecayOptions extends DecayOptions {
  /** The lowest learning rate; 0 if absent. */
  readonly floor?: number;
  /** The number of cosine periods; 0.5, one decay, if absent. */
  readonly cycles?: number;
  /** Whether the rate stays at the floor beyond `steps`; false if absent. */
  readonly hold?: boolean;
}

/** Settings of `inverseSquareRoot`. */
export interface InverseSquareRootOptions extends WarmUpOptions {
  /** The timescale of the decay; `warmUp` if absent, or 10,000 without warm-up. */
  readonly timescale?: number;
}

/** Settings of `polynomialDecay`. */
export interface PolynomialDecayOptions extends DecayOptions {
  /** The final learning rate, below `peak`; 1e-7 if absent. */
  readonly end?: number;
  /** The exponent of the decay; 1, linear, if absent. */
  readonly power?: number;
}

const warmUpNames = { peak: 1, warmUp: 0 } as const;
const decayNames = { ...warmUpNames, steps: 1 } as const;

/** Warm-up, then a constant rate. */
export function constantRate(options: WarmUpOptions): Schedule {
  expectOptions('constantRate', options, warmUpNames);
  return withWarmUp('constantRate', options, () => 1);
}

/** Warm-up, then a linear decay to 0. */
export function linearDecay(options: DecayOptions): Schedule {
  expectOptions('linearDecay', options, decayNames);
  const progress = progressOf('linearDecay', options);
  return withWarmUp('linearDecay', options, step => Math.max(0, 1 - progress(step)));
}

/**
 * Warm-up, then a cosine from the peak to `floor`: floor + (peak - floor) · ½ (1 + cos(2π · cycles · progress))
 * (Loshchilov and Hutter 2017). Beyond `steps` the rate rises again, as in Hugging Face transformers; with `hold` it
 * stays at the floor.
 */
export function cosineDecay(options: CosineDecayOptions): Schedule {
  expectOptions('cosineDecay', options, { ...decayNames, floor: 0, cycles: 0, hold: 0 });
  const { peak, floor = 0, cycles = 0.5, hold = false } = options;
  const progress = progressOf('cosineDecay', options);
  const floorFactor = floor / peak;
  return withWarmUp('cosineDecay', options, step => {
    const clamped = hold ? Math.min(1, progress(step)) : progress(step);
    return floorFactor + (1 - floorFactor) * Math.max(0, 0.5 * (1 + Math.cos(2 * Math.PI * cycles * clamped)));
  });
}

/**
 * Warm-up, then a decay with 1 / √step: peak · √(warmUp / step) (Vaswani et al. 2017); `timescale` replaces `warmUp` in
 * the formula.
 */
export function inverseSquareRoot(options: InverseSquareRootOptions): Schedule {
  expectOptions('inverseSquareRoot', options, { ...warmUpNames, timescale: 0 });
  const { warmUp = 0, timescale = warmUp || 10_000 } = options;
  const shift = timescale - warmUp;
  return withWarmUp('inverseSquareRoot', options, step => 1 / Math.sqrt((step + shift) / timescale));
}

/** Warm-up, then a polynomial decay: end + (peak - end) · (1 - progress)^power. */
export function polynomialDecay(options: PolynomialDecayOptions): Schedule {
  expectOptions('polynomialDecay', options, { ...decayNames, end: 0, power: 0 });
  const { peak, end = 1e-7, power = 1 } = options;
  const progress = progressOf('polynomialDecay', options);
  expectValue(end < peak, 'polynomialDecay', 'end', end, `below peak ${peak}`, 'range');
  return withWarmUp('polynomialDecay', options, step => {
    const fraction = progress(step);
    return fraction > 1 ? end / peak : (end + (peak - end) * (1 - fraction) ** power) / peak;
  });
}

function withWarmUp(name: string, { peak, warmUp = 0 }: WarmUpOptions, factor: (step: number) => number): Schedule {
  expectPositive(name, 'peak', peak);
  expectInteger(name, 'warmUp', warmUp, { code: 'range' });
  return step => peak * (step < warmUp ? step / warmUp : factor(step));
}

/** The progress of the decay: 0 after the warm-up, 1 at the end. */
function progressOf(name: string, { steps, warmUp = 0 }: DecayOptions): Schedule {
  const fits = Number.isInteger(steps) && steps > warmUp;
  expectValue(fits, name, 'steps', steps, `a whole number above warmUp ${warmUp}`, 'range');
  return step => (step - warmUp) / (steps - warmUp);
}
