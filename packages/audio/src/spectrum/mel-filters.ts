import { expectInteger, expectOptions, expectValue } from '@residual/base';
import { hertzToMel, type MelScale, melToHertz } from './mel-scale.js';

/** A triangle over the frequencies of a spectrum, without the zeros around it. */
export interface MelFilter {
  /** The index of the first frequency with a weight. */
  readonly first: number;
  readonly weights: Float64Array;
}

/** Settings of `melFilters`. */
export interface MelFilterOptions {
  /** Samples per second. */
  readonly sampleRate: number;
  /** The length of the transform; it has ⌊fftLength / 2⌋ + 1 frequencies. */
  readonly fftLength: number;
  /** The number of filters. */
  readonly count: number;
  /** Where the first triangle begins, in Hz. Default 0. */
  readonly minFrequency?: number;
  /** Where the last triangle ends, in Hz. Default: half of the rate. */
  readonly maxFrequency?: number;
  /** Default `slaney`. */
  readonly scale?: MelScale;
  /** `slaney` divides each triangle by half its width in Hz; `none` leaves the peaks at 1. Default `slaney`. */
  readonly norm?: 'slaney' | 'none';
  /** Whether the sides of the triangles are straight in Hz, as in librosa, or in mels, as in Kaldi. Default `hertz`. */
  readonly triangles?: 'hertz' | 'mel';
}

/** The most filters, and with 2²⁰ samples of a transform the most memory. */
const maxCount = 4096;

/**
 * Triangles of equal width on a mel scale, each of which begins and ends at the peaks of its neighbours. They are those
 * of `mel_filter_bank` of Hugging Face transformers and of librosa (norm `slaney`), torchaudio and Kaldi.
 */
export function melFilters(options: MelFilterOptions): MelFilter[] {
  const names = { sampleRate: 1, fftLength: 1, count: 1, minFrequency: 0, maxFrequency: 0, scale: 0, norm: 0 } as const;
  expectOptions('melFilters', options, { ...names, triangles: 0 });
  const { sampleRate, fftLength, count, scale = 'slaney', norm = 'slaney', triangles = 'hertz' } = options;
  const { minFrequency = 0, maxFrequency = sampleRate / 2 } = options;
  expectValue(sampleRate > 0 && sampleRate < Infinity, 'melFilters', 'sampleRate', sampleRate, 'a positive number');
  expectInteger('melFilters', 'fftLength', fftLength, { min: 2, max: 2 ** 20 });
  expectInteger('melFilters', 'count', count, { min: 1, max: maxCount });
  const isRange = minFrequency >= 0 && minFrequency < maxFrequency && maxFrequency < Infinity;
  expectValue(isRange, 'melFilters', 'minFrequency', minFrequency, `from 0 to below maxFrequency ${maxFrequency}`);
  expectValue(['htk', 'kaldi', 'slaney'].includes(scale), 'melFilters', 'scale', scale, 'htk, kaldi or slaney');
  expectValue(['slaney', 'none'].includes(norm), 'melFilters', 'norm', norm, 'slaney or none');
  expectValue(['hertz', 'mel'].includes(triangles), 'melFilters', 'triangles', triangles, 'hertz or mel');
  const [least, most] = [hertzToMel(minFrequency, scale), hertzToMel(maxFrequency, scale)];
  const isMel = triangles === 'mel';
  const corners = Array.from({ length: count + 2 }, (_, i) => {
    const mel = least + ((most - least) * i) / (count + 1);
    return isMel ? mel : melToHertz(mel, scale);
  });
  const bins = Math.floor(fftLength / 2) + 1;
  const frequencies = Float64Array.from({ length: bins }, (_, bin) => {
    if (isMel) return hertzToMel((sampleRate / (2 * (bins - 1))) * bin, scale);
    return (Math.floor(sampleRate / 2) * bin) / (bins - 1); // the reference rounds half of an odd rate down
  });
  return Array.from({ length: count }, (_, i) => {
    const [start, peak, end] = [corners[i]!, corners[i + 1]!, corners[i + 2]!];
    const height = norm === 'slaney' ? 2 / (end - start) : 1;
    return triangle(frequencies, start, peak, end, height);
  });
}

/** The weights of the frequencies between the start and the end of a triangle. */
function triangle(frequencies: Float64Array, start: number, peak: number, end: number, height: number): MelFilter {
  const first = firstAbove(frequencies, start);
  const last = firstAbove(frequencies, end);
  const weights = frequencies.subarray(first, last).map(frequency => {
    const rising = (frequency - start) / (peak - start);
    const falling = (end - frequency) / (end - peak);
    return height * Math.max(0, Math.min(rising, falling));
  });
  return { first, weights };
}

/** The first index of a value above the bound, in ascending values. */
function firstAbove(values: Float64Array, bound: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! > bound) high = middle;
    else low = middle + 1;
  }
  return low;
}
