import { arrayLike, type PixelArray, type RawImage } from '../raw-image.js';
import type { ResizeBackend } from './resize.js';

/** Takes for each output pixel the source pixel at its centre. */
export function resizeNearest<Data extends PixelArray>(
  image: RawImage<Data>,
  width: number,
  height: number,
  backend: ResizeBackend,
): RawImage<Data> {
  const { channels, data } = image;
  const indices = backend === 'pil' ? pillowIndices : torchIndices;
  const columns = indices(image.width, width);
  const rows = indices(image.height, height);
  const result = arrayLike(data, width * height * channels);
  let at = 0;
  for (const row of rows)
    for (const column of columns) {
      const source = (row * image.width + column) * channels;
      for (let channel = 0; channel < channels; channel++) result[at++] = data[source + channel]!;
    }
  return { width, height, channels, data: result };
}

/** Pillow adds the scale once for each pixel, in float64. */
function pillowIndices(inputs: number, outputs: number): Int32Array {
  const scale = inputs / outputs;
  const indices = new Int32Array(outputs);
  let source = scale * 0.5;
  for (let output = 0; output < outputs; output++) {
    indices[output] = Math.min(inputs - 1, Math.trunc(source));
    source += scale;
  }
  return indices;
}

/** torch (`nearest-exact`) rounds each step to float32. */
function torchIndices(inputs: number, outputs: number): Int32Array {
  const f = Math.fround;
  const scale = f(inputs / outputs);
  const indexOf = (output: number) => Math.floor(f(Math.max(0, f(scale * (output + 0.5) - 0.5)) + 0.5));
  return Int32Array.from({ length: outputs }, (_, output) => Math.min(inputs - 1, indexOf(output)));
}
