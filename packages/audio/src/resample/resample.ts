import { expectInteger, expectOptions, expectValue } from '@residual/base';
import { type FilterBank, filterBank } from './filter.js';

/** Settings of `resample` and `resampler`: samples per second, whole numbers. */
export interface ResampleOptions {
  /** The rate of the input. */
  readonly from: number;
  /** The rate of the output, at most 256 times lower or higher. */
  readonly to: number;
}

/** Changes the rate of samples that arrive bit by bit. */
export interface Resampler {
  /** Takes the next samples and returns the outputs that no later sample changes. */
  push(samples: Float32Array): Float32Array;
  /** Returns the last outputs, as if zeros followed. Afterwards it is as new. */
  finish(): Float32Array;
}

const maxRatio = 256;

/**
 * The samples at another rate: [length] → [⌈length · to / from⌉], output j at the time j / to. A windowed sinc in
 * polyphase form (`filterBank`), in float64 and rounded once; equal rates return the samples as they are.
 */
export function resample(samples: Float32Array, options: ResampleOptions): Float32Array {
  const { from, to } = checkedRates('resample', options);
  if (from === to) return samples;
  const stream = resampler({ from, to });
  const [most, rest] = [stream.push(samples), stream.finish()];
  const whole = new Float32Array(most.length + rest.length);
  whole.set(most);
  whole.set(rest, most.length);
  return whole;
}

/** Resamples a stream; all outputs together are those of `resample` for all samples. */
export function resampler(options: ResampleOptions): Resampler {
  const { from, to } = checkedRates('resampler', options);
  if (from === to) return { push: samples => samples.slice(), finish: () => new Float32Array(0) };
  const divisor = greatestCommonDivisor(from, to);
  const [up, down] = [to / divisor, from / divisor];
  const bank = filterBank(up, down);
  let buffer = new Float64Array(0);
  let start = 0; // the index of the first sample in the buffer
  let received = 0;
  let outputs = 0;
  const reset = () => {
    buffer = new Float64Array(bank.reach); // zeros before the recording
    start = -bank.reach;
    received = outputs = 0;
  };
  reset();
  /** Where the weights of output i begin in the buffer, and by which fraction of a sample it is after the middle. */
  const placeOf = (i: number) => {
    const time = (outputs + i) * down;
    return { first: Math.floor(time / up) + 1 - bank.reach - start, position: (time % up) / up };
  };
  const run = (count: number) => {
    const output = new Float32Array(count);
    const paired = count - (count % (2 * up));
    for (let from = 0; from < paired; from += 2 * up)
      for (let i = from; i < from + up; i++) {
        const { first, position } = placeOf(i); // output i + up has the same weights
        [output[i], output[i + up]] = filteredPair(bank, buffer, first, first + down, position);
      }
    for (let i = paired; i < count; i++) {
      const { first, position } = placeOf(i);
      output[i] = filtered(bank, buffer, first, position);
    }
    outputs += count;
    const used = Math.min(buffer.length, Math.max(0, placeOf(0).first));
    buffer = buffer.slice(used);
    start += used;
    return output;
  };
  const append = (samples: Float32Array) => {
    const joined = new Float64Array(buffer.length + samples.length);
    joined.set(buffer);
    joined.set(samples, buffer.length);
    buffer = joined;
  };
  return {
    push: samples => {
      append(samples);
      received += samples.length;
      // Output j needs the samples up to ⌊j · down / up⌋ + reach.
      return run(Math.max(0, Math.ceil(((received - bank.reach) * up) / down) - outputs));
    },
    finish: () => {
      append(new Float32Array(bank.reach));
      const rest = run(Math.ceil((received * up) / down) - outputs);
      reset();
      return rest;
    },
  };
}

/** One output: the weighted sum of the samples from index `first` on, `position` of a sample after the middle one. */
function filtered(bank: FilterBank, samples: Float64Array, first: number, position: number): number {
  const { row, share } = phaseAt(bank, position);
  const taps = 2 * bank.reach;
  const sum = weightedSum(bank.weights, row * taps, samples, first, taps);
  return share === 0 ? sum : sum + (weightedSum(bank.weights, (row + 1) * taps, samples, first, taps) - sum) * share;
}

/** Two outputs at the same position after a sample; each is that of `filtered`. */
function filteredPair(bank: FilterBank, samples: Float64Array, first: number, second: number, position: number): Pair {
  const { row, share } = phaseAt(bank, position);
  const taps = 2 * bank.reach;
  const [a, b] = weightedSums(bank.weights, row * taps, samples, first, second, taps);
  if (share === 0) return [a, b];
  const [nextA, nextB] = weightedSums(bank.weights, (row + 1) * taps, samples, first, second, taps);
  return [a + (nextA - a) * share, b + (nextB - b) * share];
}

type Pair = [number, number];

/** The row of weights at or before a position, and the share of the next row. */
function phaseAt({ phases, isInterpolated }: FilterBank, position: number): { row: number; share: number } {
  const phase = position * phases;
  const row = isInterpolated ? Math.floor(phase) : Math.round(phase);
  return { row, share: isInterpolated ? phase - row : 0 };
}

/** Four sums side by side; the number of taps is a multiple of 4. */
function weightedSum(weights: Float64Array, at: number, samples: Float64Array, first: number, taps: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let i = 0; i < taps; i += 4) {
    a += weights[at + i]! * samples[first + i]!;
    b += weights[at + i + 1]! * samples[first + i + 1]!;
    c += weights[at + i + 2]! * samples[first + i + 2]!;
    d += weights[at + i + 3]! * samples[first + i + 3]!;
  }
  return a + b + (c + d);
}

/** `weightedSum` at two places, in the same order: each weight is read once, which takes two thirds of the time. */
function weightedSums(
  weights: Float64Array,
  at: number,
  samples: Float64Array,
  first: number,
  second: number,
  taps: number,
): Pair {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let secondA = 0;
  let secondB = 0;
  let secondC = 0;
  let secondD = 0;
  for (let i = 0; i < taps; i += 4) {
    const weightA = weights[at + i]!;
    const weightB = weights[at + i + 1]!;
    const weightC = weights[at + i + 2]!;
    const weightD = weights[at + i + 3]!;
    a += weightA * samples[first + i]!;
    secondA += weightA * samples[second + i]!;
    b += weightB * samples[first + i + 1]!;
    secondB += weightB * samples[second + i + 1]!;
    c += weightC * samples[first + i + 2]!;
    secondC += weightC * samples[second + i + 2]!;
    d += weightD * samples[first + i + 3]!;
    secondD += weightD * samples[second + i + 3]!;
  }
  return [a + b + (c + d), secondA + secondB + (secondC + secondD)];
}

function checkedRates(caller: string, options: ResampleOptions): ResampleOptions {
  expectOptions(caller, options, { from: 1, to: 1 });
  const { from, to } = options;
  expectInteger(caller, 'from', from, { min: 1 });
  expectInteger(caller, 'to', to, { min: 1 });
  const ratio = Math.max(from / to, to / from);
  expectValue(ratio <= maxRatio, caller, 'to', to, `at most ${maxRatio} times lower or higher than from ${from}`);
  return { from, to };
}

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));
