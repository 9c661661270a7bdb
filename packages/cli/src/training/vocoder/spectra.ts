import { realFft } from '@residual/audio';

/** Lengths of the windows in which recordings are compared; a window every quarter of its length. */
export const windowLengths = [256, 512, 1024] as const;

/** The longest window reaches so far around its middle. */
export const reach = 512;

/** |X|² of a part of a recording around each of these middles, under a Hann window: [middles, length / 2 + 1]. */
export function powerSpectra(samples: Float32Array, middles: readonly number[], length: number): Float32Array {
  const [transform, bins] = [transformOf(length), length / 2 + 1];
  const window = windowOf(length);
  const [frame, re, im] = [new Float64Array(length), new Float64Array(bins), new Float64Array(bins)];
  const powers = new Float32Array(middles.length * bins);
  for (const [row, middle] of middles.entries()) {
    for (let i = 0; i < length; i++) frame[i] = window[i]! * (samples[middle - length / 2 + i] ?? 0);
    transform(frame, re, im);
    for (let k = 0; k < bins; k++) powers[row * bins + k] = re[k]! ** 2 + im[k]! ** 2;
  }
  return powers;
}

/** The median of |X|² of white noise of power 1 under the window. */
export const noisePower = (length: number): number =>
  Math.LN2 * windowOf(length).reduce((sum, value) => sum + value ** 2, 0);

/** The middles of the windows of a length in a part of so many samples. */
export function middlesOf(samples: number, length: number): number[] {
  const count = Math.floor((samples - 2 * reach) / (length / 4)) + 1;
  return Array.from({ length: count }, (_, i) => reach + (i * length) / 4);
}

const windows = new Map<number, Float64Array>();
function windowOf(length: number): Float64Array {
  const known = windows.get(length);
  if (known) return known;
  const window = Float64Array.from({ length }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / length));
  windows.set(length, window);
  return window;
}

const transforms = new Map<number, ReturnType<typeof realFft>>();
function transformOf(length: number): ReturnType<typeof realFft> {
  const known = transforms.get(length) ?? realFft(length);
  transforms.set(length, known);
  return known;
}
