/** The number of zero crossings of the sinc on each side, at the lower of the two rates. */
const crossings = 64;

/** The middle of the transition, as part of half of the lower rate. */
const cutoff = 0.95;

/** The shape of the Kaiser window for 100 dB: 0.1102 (100 - 8.7). */
const beta = 10.06;

/** Banks with more numbers than this are interpolated. */
const maxExact = 2 ** 18;

/** The number of phases of an interpolated bank from one zero crossing to the next. */
const interpolated = 1024;

/** The filter of a change of rate, for each fraction of a sample at which an output can be. */
export interface FilterBank {
  /** Samples on each side of an output. */
  readonly reach: number;
  /** The number of fractions; phase i is that of i / phases samples. */
  readonly phases: number;
  /** Whether outputs are between two phases. */
  readonly isInterpolated: boolean;
  /** The weights of the samples from index 1 - reach to reach: [phases + 1, 2 · reach]. */
  readonly weights: Float64Array;
}

/**
 * The filter that changes a rate by up / down, two numbers without a common factor: a sinc of 64 zero crossings on each
 * side under a Kaiser window of 100 dB. It passes frequencies up to 0.9 of half of the lower rate, has -6 dB at 0.95,
 * and stops those above 1. It has no delay, and the weights of each phase have the sum 1.
 */
export function filterBank(up: number, down: number): FilterBank {
  const scale = Math.min(1, up / down); // the lower rate, as part of the rate of the input
  const reach = 2 * Math.ceil(crossings / scale / 2);
  const isInterpolated = up * 2 * reach > maxExact;
  const phases = isInterpolated ? Math.ceil(interpolated * scale) : up;
  const weights = new Float64Array((phases + 1) * 2 * reach);
  for (let phase = 0; phase <= phases; phase++) {
    const row = weights.subarray(phase * 2 * reach, (phase + 1) * 2 * reach);
    let sum = 0;
    for (let tap = 0; tap < row.length; tap++) {
      const offset = (tap + 1 - reach - phase / phases) * scale;
      sum += row[tap] = sinc(cutoff * offset) * kaiser(offset / crossings);
    }
    for (let tap = 0; tap < row.length; tap++) row[tap]! /= sum;
  }
  return { reach, phases, isInterpolated, weights };
}

const sinc = (x: number) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

/** The Kaiser window (Kaiser 1974) between -1 and 1, 0 outside and at both ends, whatever the rounding. */
const kaiser = (x: number) => (Math.abs(x) > 1 - 1e-12 ? 0 : bessel(beta * Math.sqrt(1 - x * x)) / bessel(beta));

/** The modified Bessel function of order 0, by its series Σ ((x / 2)ⁿ / n!)². */
function bessel(x: number): number {
  let [term, sum] = [1, 1];
  for (let n = 1; term > sum * 1e-17; n++) {
    term *= (x / 2 / n) ** 2;
    sum += term;
  }
  return sum;
}
