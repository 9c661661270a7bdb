import { expectOptions, expectValue } from '@residual/base';
import { expectImage, type RawImage } from './raw-image.js';

/** Options of `pixelValues`. */
export interface PixelValuesOptions {
  /** The factor of all samples; default 1/255. */
  readonly scale?: number;
  /** What is subtracted then, for each channel; default 0. */
  readonly mean?: readonly number[];
  /** By what the rest is divided, for each channel; default 1. */
  readonly std?: readonly number[];
  /** The order of axes: [channels, height, width] or [height, width, channels]; default `chw`. */
  readonly layout?: 'chw' | 'hwc';
}

/** The samples of an image as floats, (scale x - mean) / std, each step rounded to float32. */
export function pixelValues(image: RawImage, options: PixelValuesOptions = {}): Float32Array {
  expectOptions('pixelValues', options, { scale: 0, mean: 0, std: 0, layout: 0 });
  const { scale = 1 / 255, mean, std, layout = 'chw' } = options;
  expectImage('pixelValues', image);
  expectValue(Number.isFinite(scale), 'pixelValues', 'scale', scale, 'a number');
  expectValue(layout === 'chw' || layout === 'hwc', 'pixelValues', 'layout', layout, 'chw or hwc');
  for (const [name, values] of Object.entries({ mean, std })) {
    const fits = (value: unknown) => Number.isFinite(value) && (name === 'mean' || value !== 0);
    const isList = values === undefined || (values.length === image.channels && values.every(fits));
    const number = name === 'mean' ? 'number' : 'number except 0';
    expectValue(isList, 'pixelValues', name, values, `a ${number} for each of ${image.channels} channels`);
  }
  const f = Math.fround;
  const means = Float32Array.from({ length: image.channels }, (_, channel) => mean?.[channel] ?? 0);
  const stds = Float32Array.from({ length: image.channels }, (_, channel) => std?.[channel] ?? 1);
  const value = (x: number, channel: number) => f(f(f(x * scale) - means[channel]!) / stds[channel]!);
  const result = new Float32Array(image.data.length);
  mapPixels(image, value, layout, result);
  return result;
}

/** Writes all samples of an image through a function of the sample and the channel, in the order of a layout. */
export function mapPixels(
  { width, height, channels, data }: RawImage,
  value: (x: number, channel: number) => number,
  layout: 'chw' | 'hwc',
  result: Float32Array,
): void {
  const pixels = width * height;
  for (let channel = 0; channel < channels; channel++) {
    const table = data instanceof Float32Array ? undefined : Float32Array.from(bytes(), x => value(x, channel));
    const [start, step] = layout === 'chw' ? [channel * pixels, 1] : [channel, channels];
    for (let pixel = 0, from = channel, to = start; pixel < pixels; pixel++, from += channels, to += step)
      result[to] = table ? table[data[from]!]! : value(data[from]!, channel);
  }
}

const bytes = () => Array.from({ length: 256 }, (_, x) => x);
