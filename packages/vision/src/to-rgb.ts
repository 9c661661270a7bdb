import { expectOptions, expectValue } from '@residual/base';
import { arrayLike, type ByteImage, expectBytes } from './raw-image.js';

/** What becomes of alpha: it is dropped, or the image is laid on white. */
export type AlphaRule = 'drop' | 'white';

/** Options of `toRgb`. */
export interface ToRgbOptions {
  /**
   * Drop alpha, as `load_image` of the reference and Pillow's `convert('RGB')` do, or lay the image on white, as
   * `do_convert_rgb` of its processors does; default `drop`.
   */
  readonly alpha?: AlphaRule;
}

/** An image of bytes with three channels: gray is repeated, and alpha is dropped or laid on white. */
export function toRgb(image: ByteImage, options: ToRgbOptions = {}): ByteImage {
  expectOptions('toRgb', options, { alpha: 0 });
  const { alpha = 'drop' } = options;
  expectBytes('toRgb', image);
  expectValue(alpha === 'drop' || alpha === 'white', 'toRgb', 'alpha', alpha, 'drop or white');
  const { width, height, channels, data } = image;
  if (channels === 3) return image;
  const result = arrayLike(data, width * height * 3);
  if (channels === 1) for (let i = 0; i < data.length; i++) result.fill(data[i]!, 3 * i, 3 * i + 3);
  else
    for (let from = 0, to = 0; from < data.length; from += 4, to += 3)
      for (let channel = 0; channel < 3; channel++) {
        const value = data[from + channel]!;
        result[to + channel] = alpha === 'drop' ? value : onWhite(value, data[from + 3]!);
      }
  return { width, height, channels: 3, data: result };
}

/** A colour on white, rounded as Pillow's `alpha_composite`: a division by 255 with 7 more bits. */
function onWhite(value: number, alpha: number): number {
  if (alpha === 0) return 255;
  const sum = (value * alpha + 255 * (255 - alpha) + 128) * 128;
  return ((sum >> 8) + sum) >> 15;
}
