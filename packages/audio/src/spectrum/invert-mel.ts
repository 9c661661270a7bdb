import { expectInteger, expectOptions, expectValue } from '@residual/base';
import type { Features } from '../features.js';
import type { MelFilter } from './mel-filters.js';

/** Settings of `invertMel`. */
export interface InvertMelOptions {
  /** The filters that gave the spectrum, of `melFilters`. */
  readonly filters: readonly MelFilter[];
  /** The length of the Fourier transform, which has ⌊fftLength / 2⌋ + 1 frequencies. */
  readonly fftLength: number;
  /** Rounds. Default 60. */
  readonly iterations?: number;
}

/**
 * Magnitudes [frames, frequencies], for `griffinLim`, whose mel spectrum is nearest to one without a logarithm [frames,
 * filters]: non-negative least squares by multiplicative updates (Lee and Seung 2001). What lies between two filters is
 * shared as they overlap; finer detail is lost.
 */
export function invertMel({ values, shape }: Features, options: InvertMelOptions): Features {
  expectOptions('invertMel', options, { filters: 1, fftLength: 1, iterations: 0 });
  const { filters, fftLength, iterations = 60 } = options;
  expectInteger('invertMel', 'fftLength', fftLength, { min: 2, max: 2 ** 20 });
  expectInteger('invertMel', 'iterations', iterations, { min: 0, max: 2 ** 20 });
  const bins = (fftLength >> 1) + 1;
  const isShape = shape.length === 2 && shape[1] === filters.length && values.length === shape[0]! * shape[1]!;
  expectValue(isShape, 'invertMel', 'the shape', shape, `[frames, ${filters.length}], a column for each filter`);
  for (const { first, weights } of filters)
    expectValue(
      first + weights.length <= bins,
      'invertMel',
      'the end of a filter',
      first + weights.length,
      `≤ ${bins}`,
    );
  const frames = shape[0]!;
  const result = new Float32Array(frames * bins);
  const evenly = spread(
    filters.map(({ weights }) => weights.reduce((sum, weight) => sum + weight, 0)),
    filters,
    new Float64Array(bins),
  );
  const [wanted, found, magnitudes] = [new Float64Array(bins), new Float64Array(bins), new Float64Array(bins)];
  const mels = new Float64Array(filters.length);
  for (let t = 0; t < frames; t++) {
    spread(values.subarray(t * filters.length, (t + 1) * filters.length), filters, wanted);
    for (let k = 0; k < bins; k++) magnitudes[k] = wanted[k]! / (evenly[k]! + smallest);
    for (let round = 0; round < iterations; round++) {
      for (const [i, { first, weights }] of filters.entries()) {
        let sum = 0;
        for (let j = 0; j < weights.length; j++) sum += weights[j]! * magnitudes[first + j]!;
        mels[i] = sum;
      }
      spread(mels, filters, found);
      for (let k = 0; k < bins; k++) magnitudes[k]! *= wanted[k]! / (found[k]! + smallest);
    }
    result.set(magnitudes, t * bins);
  }
  return { values: result, shape: [frames, bins] };
}

/** Keeps 0 / 0 away. */
const smallest = 1e-12;

/** The filters times their values, summed over the frequencies: the transposed filters. */
function spread(values: ArrayLike<number>, filters: readonly MelFilter[], to: Float64Array): Float64Array {
  to.fill(0);
  for (const [i, { first, weights }] of filters.entries())
    for (let j = 0; j < weights.length; j++) to[first + j]! += weights[j]! * values[i]!;
  return to;
}
