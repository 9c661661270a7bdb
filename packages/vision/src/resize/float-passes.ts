import type { RawImage } from '../raw-image.js';
import type { Windows } from './weights.js';

type FloatImage = RawImage<Float32Array>;

/** Resamples the rows of an image of floats: [height, width, channels] to [height, outputs, channels]. */
export function horizontalFloats({ width, height, channels, data }: FloatImage, windows: Windows): FloatImage {
  const { taps, starts, counts, weights } = windows;
  const outputs = starts.length;
  const result = new Float32Array(height * outputs * channels);
  for (let y = 0, at = 0; y < height; y++)
    for (let output = 0; output < outputs; output++)
      for (let channel = 0; channel < channels; channel++, at++) {
        const start = (y * width + starts[output]!) * channels + channel;
        let sum = 0;
        for (let tap = 0; tap < counts[output]!; tap++)
          sum += data[start + tap * channels]! * weights[output * taps + tap]!;
        result[at] = sum;
      }
  return { width: outputs, height, channels, data: result };
}

/** Resamples the columns of an image of floats: [height, width, channels] to [outputs, width, channels]. */
export function verticalFloats({ width, channels, data }: FloatImage, windows: Windows): FloatImage {
  const { taps, starts, counts, weights } = windows;
  const outputs = starts.length;
  const rowLength = width * channels;
  const result = new Float32Array(outputs * rowLength);
  const sums = new Float64Array(rowLength);
  for (let output = 0; output < outputs; output++) {
    sums.fill(0);
    for (let tap = 0; tap < counts[output]!; tap++) {
      const weight = weights[output * taps + tap]!;
      const source = (starts[output]! + tap) * rowLength;
      for (let x = 0; x < rowLength; x++) sums[x]! += data[source + x]! * weight;
    }
    result.set(sums, output * rowLength);
  }
  return { width, height: outputs, channels, data: result };
}
