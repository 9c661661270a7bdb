import { expectInteger, expectOptions, expectValue } from '@residual/base';

/** Windows by name: hann is cos², hamming is cos² on a pedestal of 0.08, povey (of Kaldi) is hann^0.85. */
export type WindowName = 'hann' | 'hamming' | 'povey' | 'rectangular';

/** Settings of `windowFunction`. */
export interface WindowOptions {
  /** Whether the window continues periodically, as for spectra, or is symmetric, as for filters. Default true. */
  readonly periodic?: boolean;
}

const windows: Readonly<Record<WindowName, (cosine: number) => number>> = {
  hann: cosine => 0.5 - 0.5 * cosine,
  hamming: cosine => 0.54 - 0.46 * cosine,
  povey: cosine => (0.5 - 0.5 * cosine) ** 0.85,
  rectangular: () => 1,
};

/** The weights of a window: [length]. */
export function windowFunction(name: WindowName, length: number, options: WindowOptions = {}): Float64Array {
  expectOptions('windowFunction', options, { periodic: 0 });
  expectValue(Object.hasOwn(windows, name), 'windowFunction', 'the name', name, Object.keys(windows).join(', '));
  expectInteger('windowFunction', 'length', length, { min: 1, max: 2 ** 20 });
  const { periodic = true } = options;
  const period = periodic ? length : length - 1;
  return Float64Array.from({ length }, (_, i) => windows[name](period > 0 ? Math.cos((2 * Math.PI * i) / period) : -1));
}
