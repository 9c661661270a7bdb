import type { RawImage } from '../raw-image.js';

/** An image of bytes whose numbers Python can compute too: edges, gradients and noise. */
export function pattern(width: number, height: number, channels = 3): RawImage<Uint8Array> {
  const data = new Uint8Array(width * height * channels);
  let at = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let channel = 0; channel < channels; channel++)
        data[at++] = (x * 37 + y * 91 + channel * 53 + ((x * y) >> 2) * 7) ^ ((x * x) >> 3);
  return { width, height, channels, data };
}

/** The bytes of a text in base64. */
export const bytesOf = (text: string): Uint8Array => Uint8Array.from(atob(text), letter => letter.charCodeAt(0));

/** The floats of a text in base64. */
export const floatsOf = (text: string): Float32Array => new Float32Array(bytesOf(text).buffer);
