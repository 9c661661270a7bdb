import { arrayLike, type ByteImage } from '../raw-image.js';

/** Turns and mirrors an image upright, as `ImageOps.exif_transpose` of Pillow does. */
export function orient(image: ByteImage, orientation: number): ByteImage {
  if (orientation === 1) return image;
  const { width, height, channels, data } = image;
  const isTurned = orientation >= 5;
  const [newWidth, newHeight] = isTurned ? [height, width] : [width, height];
  // whether columns, and rows, of the stored image run backwards along the axes of the upright one
  const isXReversed = [2, 3, 7, 8].includes(orientation);
  const isYReversed = [3, 4, 6, 7].includes(orientation);
  const xStep = (isXReversed ? -1 : 1) * channels;
  const yStep = (isYReversed ? -1 : 1) * width * channels;
  const start = ((isXReversed ? width - 1 : 0) + (isYReversed ? height - 1 : 0) * width) * channels;
  const [across, down] = isTurned ? [yStep, xStep] : [xStep, yStep];
  const result = arrayLike(data, data.length);
  let at = 0;
  for (let row = 0; row < newHeight; row++)
    for (let column = 0, from = start + row * down; column < newWidth; column++, from += across)
      for (let channel = 0; channel < channels; channel++) result[at++] = data[from + channel]!;
  return { width: newWidth, height: newHeight, channels, data: result };
}
