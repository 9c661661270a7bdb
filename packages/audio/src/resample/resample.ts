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
  let next = 0; // the index of the sample at or before the next output
  let fraction = 0; // of 1 / up samples after it
  let outputs = 0;
  const reset = () => {
    buffer = new Float64Array(bank.reach); // zeros before the recording
    start = -bank.reach;
    received = next = fraction = outputs = 0;
  };
  reset();
  const run = (count: number) => {
    const output = new Float32Array(count);
    for (let i = 0; i < count; i++) {
      output[i] = filtered(bank, buffer, next + 1 - bank.reach - start, fraction / up);
      fraction += down;
      next += Math.floor(fraction / up);
      fraction %= up;
    }
    outputs += count;
    const used = Math.min(buffer.length, Math.max(0, next + 1 - bank.reach - start));
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
  const { reach, phases, isInterpolated, weights } = bank;
  const taps = 2 * reach;
  const phase = position * phases;
  if (!isInterpolated) return weightedSum(weights, Math.round(phase) * taps, samples, first, taps);
  const before = Math.floor(phase);
  const a = weightedSum(weights, before * taps, samples, first, taps);
  const b = weightedSum(weights, (before + 1) * taps, samples, first, taps);
  return a + (b - a) * (phase - before);
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
