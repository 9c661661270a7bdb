import { expectInteger } from '@residual/base';
import { complexFft } from './complex-fft.js';

/**
 * Transforms real numbers: `frame` [length] into the real and imaginary parts of the frequencies from 0 to half of the
 * rate, [⌊length / 2⌋ + 1] each. A shorter frame is continued with zeros.
 */
export type RealFft = (frame: ArrayLike<number>, re: Float64Array, im: Float64Array) => void;

/**
 * Transforms back: the real and imaginary parts of the frequencies from 0 to half of the rate, [⌊length / 2⌋ + 1] each,
 * into `frame` [length]. The imaginary parts of the frequency 0 and of half the rate do not count.
 */
export type InverseRealFft = (re: ArrayLike<number>, im: ArrayLike<number>, frame: Float64Array) => void;

/** The longest transform: 2²⁰ samples, over a minute at 16 kHz. */
const maxLength = 2 ** 20;

/**
 * The discrete Fourier transform X[k] = Σ x[j] e^(-2πi jk / length) of real numbers, in float64, for any length up to
 * 2²⁰. One function owns its working memory: use it for all frames of the length.
 */
export function realFft(length: number): RealFft {
  expectInteger('realFft', 'length', length, { min: 1, max: maxLength });
  return length % 2 === 0 ? evenFft(length) : oddFft(length);
}

/** What a transform of an even length and its inverse work with: half the length, and the angles 2πk / length. */
function halves(length: number) {
  const half = length / 2;
  return {
    half,
    transform: complexFft(half),
    evenRe: new Float64Array(half),
    oddIm: new Float64Array(half),
    cos: Float64Array.from({ length: half }, (_, k) => Math.cos((2 * Math.PI * k) / length)),
    sin: Float64Array.from({ length: half }, (_, k) => Math.sin((2 * Math.PI * k) / length)),
  };
}

/** Even and odd samples are the real and imaginary parts of a transform of half the length. */
function evenFft(length: number): RealFft {
  const { half, transform, evenRe, oddIm, cos, sin } = halves(length);
  return (frame, re, im) => {
    const pairs = Math.min(half, frame.length >> 1);
    for (let j = 0; j < pairs; j++) {
      evenRe[j] = frame[2 * j]!;
      oddIm[j] = frame[2 * j + 1]!;
    }
    evenRe.fill(0, pairs);
    oddIm.fill(0, pairs);
    if (pairs < half && frame.length % 2 === 1) evenRe[pairs] = frame[2 * pairs]!;
    transform(evenRe, oddIm);
    re[0] = evenRe[0]! + oddIm[0]!;
    im[0] = 0;
    re[half] = evenRe[0]! - oddIm[0]!;
    im[half] = 0;
    for (let k = 1; k < half; k++) {
      const mirror = half - k;
      const eRe = (evenRe[k]! + evenRe[mirror]!) / 2;
      const eIm = (oddIm[k]! - oddIm[mirror]!) / 2;
      const oRe = (oddIm[k]! + oddIm[mirror]!) / 2;
      const oIm = (evenRe[mirror]! - evenRe[k]!) / 2;
      re[k] = eRe + oRe * cos[k]! + oIm * sin[k]!;
      im[k] = eIm + oIm * cos[k]! - oRe * sin[k]!;
    }
  };
}

function oddFft(length: number): RealFft {
  const transform = complexFft(length);
  const allRe = new Float64Array(length);
  const allIm = new Float64Array(length);
  return (frame, re, im) => {
    for (let j = 0; j < length; j++) allRe[j] = frame[j] ?? 0;
    allIm.fill(0);
    transform(allRe, allIm);
    for (let k = 0; k <= length >> 1; k++) {
      re[k] = allRe[k]!;
      im[k] = allIm[k]!;
    }
  };
}

/**
 * The inverse of `realFft`: x[j] = 1 / length · Σ X[k] e^(2πi jk / length) over all frequencies, of which those above
 * half of the rate are the conjugates of those below. In float64, for any length up to 2²⁰.
 */
export function inverseRealFft(length: number): InverseRealFft {
  expectInteger('inverseRealFft', 'length', length, { min: 1, max: maxLength });
  return length % 2 === 0 ? inverseEvenFft(length) : inverseOddFft(length);
}

/** Undoes `evenFft`: the transforms of even and odd samples become the real and imaginary parts of one. */
function inverseEvenFft(length: number): InverseRealFft {
  const { half, transform, evenRe, oddIm, cos, sin } = halves(length);
  return (re, im, frame) => {
    evenRe[0] = (re[0]! + re[half]!) / 2;
    oddIm[0] = (re[half]! - re[0]!) / 2; // conjugated, here and below, so that the same transform is the inverse one
    for (let k = 1; k < half; k++) {
      const mirror = half - k;
      const eRe = (re[k]! + re[mirror]!) / 2;
      const eIm = (im[k]! - im[mirror]!) / 2;
      const dRe = (re[k]! - re[mirror]!) / 2;
      const dIm = (im[k]! + im[mirror]!) / 2;
      const oRe = dRe * cos[k]! - dIm * sin[k]!;
      const oIm = dRe * sin[k]! + dIm * cos[k]!;
      evenRe[k] = eRe - oIm;
      oddIm[k] = -eIm - oRe;
    }
    transform(evenRe, oddIm);
    for (let j = 0; j < half; j++) {
      frame[2 * j] = evenRe[j]! / half;
      frame[2 * j + 1] = -oddIm[j]! / half;
    }
  };
}

function inverseOddFft(length: number): InverseRealFft {
  const transform = complexFft(length);
  const allRe = new Float64Array(length);
  const allIm = new Float64Array(length);
  return (re, im, frame) => {
    allRe[0] = re[0]!;
    allIm[0] = 0;
    for (let k = 1; k <= length >> 1; k++) {
      allRe[k] = allRe[length - k] = re[k]!;
      allIm[k] = -im[k]!;
      allIm[length - k] = im[k]!;
    }
    transform(allRe, allIm);
    for (let j = 0; j < length; j++) frame[j] = allRe[j]! / length;
  };
}
