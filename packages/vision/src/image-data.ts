import { type ByteImage, expectBytes } from './raw-image.js';

/** An image as `ImageData` of a page, with alpha 255 where it has none: what a canvas puts. */
export function toImageData(image: ByteImage): ImageData {
  expectBytes('toImageData', image);
  const { width, height, channels, data } = image;
  const rgba = new Uint8ClampedArray(width * height * 4);
  if (channels === 4) rgba.set(data);
  else
    for (let from = 0, to = 0; to < rgba.length; from += channels, to += 4) {
      for (let channel = 0; channel < 3; channel++) rgba[to + channel] = data[from + (channels === 3 ? channel : 0)]!;
      rgba[to + 3] = 255;
    }
  return new ImageData(rgba, width, height);
}
