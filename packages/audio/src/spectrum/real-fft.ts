import { expectInteger } from '@residual/base';
import { complexFft } from './complex-fft.js';

/**
 * Transforms real numbers: `frame` [length] into the real and imaginary parts of the frequencies from 0 to half of the
 * rate, [⌊length / 2⌋ + 1] each. A shorter frame is continued with zeros.
 */
export type RealFft = (frame: ArrayLike<number>, re: Float64Array, im: Float64Array) => void;

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

/** Even and odd samples are the real and imaginary parts of a transform of half the length. */
function evenFft(length: number): RealFft {
  const half = length / 2;
  const transform = complexFft(half);
  const evenRe = new Float64Array(half);
  const oddIm = new Float64Array(half);
  const cos = Float64Array.from({ length: half }, (_, k) => Math.cos((2 * Math.PI * k) / length));
  const sin = Float64Array.from({ length: half }, (_, k) => Math.sin((2 * Math.PI * k) / length));
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
