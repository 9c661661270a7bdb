import type { ByteImage } from '@residual/vision';

/** How near a picture is to another of the same size: the peak signal-to-noise ratio of red, green and blue, in dB. */
export function decibels(one: ByteImage, other: ByteImage): number {
  const pixels = one.width * one.height;
  let sum = 0;
  for (let pixel = 0; pixel < pixels; pixel++)
    for (let channel = 0; channel < 3; channel++)
      sum += (one.data[pixel * one.channels + channel]! - other.data[pixel * other.channels + channel]!) ** 2;
  return 10 * Math.log10((255 ** 2 * 3 * pixels) / sum);
}
