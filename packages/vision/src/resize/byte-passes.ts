import type { ByteImage } from '../raw-image.js';
import type { FixedPointWindows } from './weights.js';

/** Resamples the rows of an image of bytes: [height, width, channels] to [height, outputs, channels]. */
export function horizontalBytes(image: ByteImage, windows: FixedPointWindows): ByteImage {
  const { width, height, channels, data } = image;
  const outputs = windows.starts.length;
  const result = new Uint8ClampedArray(height * outputs * channels); // what is below 0 or above 255 is cut off
  const passRow = channels === 3 ? rgbRow : anyRow;
  for (let y = 0; y < height; y++)
    passRow(
      data.subarray(y * width * channels, (y + 1) * width * channels),
      result.subarray(y * outputs * channels, (y + 1) * outputs * channels),
      windows,
      channels,
    );
  return { width: outputs, height, channels, data: new Uint8Array(result.buffer) };
}

function rgbRow(row: ByteImage['data'], result: Uint8ClampedArray, windows: FixedPointWindows): void {
  const { taps, bits, starts, counts, weights } = windows;
  const half = 1 << (bits - 1);
  for (let output = 0, at = 0; output < starts.length; output++, at += 3) {
    let [red, green, blue] = [half, half, half];
    let source = starts[output]! * 3;
    const first = output * taps;
    const end = first + counts[output]!;
    for (let tap = first; tap < end; tap++, source += 3) {
      const weight = weights[tap]!;
      red = (red + Math.imul(row[source]!, weight)) | 0;
      green = (green + Math.imul(row[source + 1]!, weight)) | 0;
      blue = (blue + Math.imul(row[source + 2]!, weight)) | 0;
    }
    result[at] = red >> bits;
    result[at + 1] = green >> bits;
    result[at + 2] = blue >> bits;
  }
}

function anyRow(row: ByteImage['data'], result: Uint8ClampedArray, windows: FixedPointWindows, channels: number): void {
  const { taps, bits, starts, counts, weights } = windows;
  for (let output = 0; output < starts.length; output++)
    for (let channel = 0; channel < channels; channel++) {
      let sum = 1 << (bits - 1);
      const start = starts[output]! * channels + channel;
      for (let tap = 0; tap < counts[output]!; tap++)
        sum = (sum + Math.imul(row[start + tap * channels]!, weights[output * taps + tap]!)) | 0;
      result[output * channels + channel] = sum >> bits;
    }
}

/** Resamples the columns of an image of bytes: [height, width, channels] to [outputs, width, channels]. */
export function verticalBytes(image: ByteImage, windows: FixedPointWindows): ByteImage {
  const { width, channels, data } = image;
  const { taps, bits, starts, counts, weights } = windows;
  const outputs = starts.length;
  const rowLength = width * channels;
  const result = new Uint8ClampedArray(outputs * rowLength);
  const sums = new Int32Array(rowLength);
  for (let output = 0; output < outputs; output++) {
    sums.fill(1 << (bits - 1));
    for (let tap = 0; tap < counts[output]!; tap++) {
      const weight = weights[output * taps + tap]!;
      const source = (starts[output]! + tap) * rowLength;
      for (let x = 0; x < rowLength; x++) sums[x] = sums[x]! + Math.imul(data[source + x]!, weight);
    }
    const target = output * rowLength;
    for (let x = 0; x < rowLength; x++) result[target + x] = sums[x]! >> bits;
  }
  return { width, height: outputs, channels, data: new Uint8Array(result.buffer) };
}
