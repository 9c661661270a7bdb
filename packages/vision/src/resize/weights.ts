import type { Filter } from './filters.js';

/** For each output pixel along one axis the source pixels under the kernel, and their weights. */
export interface Windows {
  /** The number of weights of each output pixel, the unused ones 0. */
  readonly taps: number;
  /** The first source pixel of each output pixel. */
  readonly starts: Int32Array;
  /** How many source pixels each output pixel has. */
  readonly counts: Int32Array;
  /** [outputs, taps] with the sum 1 for each output pixel. */
  readonly weights: Float64Array;
}

/**
 * Windows of an antialiased kernel: it is stretched by the scale when the image becomes smaller. `round` rounds each
 * intermediate number: `Math.fround` as torch does for floats.
 */
export function antialiasedWindows(
  inputs: number,
  outputs: number,
  { support: unscaled, at }: Filter,
  round: (x: number) => number = x => x,
): Windows {
  const scale = round(inputs / outputs);
  const stretch = Math.max(scale, 1);
  const support = round(unscaled * stretch);
  const taps = Math.ceil(support) * 2 + 1;
  const starts = new Int32Array(outputs);
  const counts = new Int32Array(outputs);
  const weights = new Float64Array(outputs * taps);
  const step = round(1 / stretch);
  for (let output = 0; output < outputs; output++) {
    const center = round(scale * (output + 0.5));
    const start = Math.max(0, Math.trunc(round(center - support) + 0.5));
    const count = Math.min(taps, Math.min(inputs, Math.trunc(round(center + support) + 0.5)) - start);
    const row = weights.subarray(output * taps, output * taps + count);
    let sum = 0;
    for (let tap = 0; tap < count; tap++) {
      row[tap] = round(at(round((round(tap + start - center) + 0.5) * step)));
      sum = round(sum + row[tap]!);
    }
    if (sum !== 0) for (let tap = 0; tap < count; tap++) row[tap] = round(row[tap]! / sum);
    starts[output] = start;
    counts[output] = count;
  }
  return { taps, starts, counts, weights };
}

/** Windows with whole numbers as weights: the sum of products is shifted to the right by `bits`. */
export interface FixedPointWindows extends Omit<Windows, 'weights'> {
  readonly bits: number;
  readonly weights: Int32Array;
}

/** The bits of Pillow: 32, less 8 of a sample and 2 of overshoot. */
const pillowBits = 22;

/**
 * Rounds weights to whole numbers: Pillow's have 22 bits behind the point, those of torch as many as leave all weights
 * below 2^15.
 */
export function fixedPoint(windows: Windows, backend: 'pil' | 'torchvision'): FixedPointWindows {
  const bits = backend === 'pil' ? pillowBits : bitsOfInt16(windows.weights);
  const weights = Int32Array.from(windows.weights, weight =>
    Math.trunc(weight * 2 ** bits + (weight < 0 ? -0.5 : 0.5)),
  );
  return { ...windows, bits, weights };
}

function bitsOfInt16(weights: Float64Array): number {
  const largest = weights.reduce((max, weight) => Math.max(max, weight), 0);
  let bits = 0;
  while (bits < pillowBits && Math.trunc(0.5 + largest * 2 ** (bits + 1)) < 2 ** 15) bits++;
  return bits;
}
