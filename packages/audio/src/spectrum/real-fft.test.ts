import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import { inverseRealFft, realFft } from '../index.js';

/** X[k] = Σ x[j] e^(-2πi jk / length), as loops; angles are reduced exactly. */
const definition = (frame: ArrayLike<number>, length: number) => {
  const bins = Math.floor(length / 2) + 1;
  const re = Array(bins).fill(0) as number[];
  const im = Array(bins).fill(0) as number[];
  for (let k = 0; k < bins; k++)
    for (let j = 0; j < frame.length; j++) {
      const angle = (2 * Math.PI * ((j * k) % length)) / length;
      re[k]! += frame[j]! * Math.cos(angle);
      im[k]! -= frame[j]! * Math.sin(angle);
    }
  return { re, im };
};

const noise = (length: number) => Float64Array.from({ length }, (_, i) => Math.sin(i * i + 1));

const transformed = (frame: Float64Array, length: number) => {
  const bins = Math.floor(length / 2) + 1;
  const [re, im] = [new Float64Array(bins).fill(Number.NaN), new Float64Array(bins).fill(Number.NaN)];
  const transform = realFft(length);
  transform(noise(length), re, im); // what a frame leaves must not reach the next one
  transform(frame, re, im);
  return { re, im };
};

test('any length gives the definition in float64: products of 2, 3 and 5, primes, and others', async () => {
  const lengths = [...Array.from({ length: 33 }, (_, i) => i + 1), 97, 98, 120, 243, 400, 401, 480, 625, 1024, 1103];
  for (const length of lengths) {
    const frame = noise(length).reverse();
    const { re, im } = transformed(frame, length);
    const expected = definition(frame, length);
    await expectClose(re, expected.re, { absolute: 1e-11 });
    await expectClose(im, expected.im, { absolute: 1e-11 });
  }
});

test('a shorter frame is continued with zeros', async () => {
  for (const [frameLength, length] of [
    [5, 12],
    [4, 12],
    [5, 7],
    [400, 512],
  ] as const) {
    const frame = noise(frameLength);
    const { re, im } = transformed(frame, length);
    const expected = definition(frame, length);
    await expectClose(re, expected.re, { absolute: 1e-12 });
    await expectClose(im, expected.im, { absolute: 1e-12 });
  }
});

test('the inverse gives back the frame, whatever was transformed before', async () => {
  for (const length of [1, 2, 3, 4, 7, 12, 30, 97, 98, 243, 400]) {
    const frame = noise(length).reverse();
    const { re, im } = transformed(frame, length);
    const inverse = inverseRealFft(length);
    const result = new Float64Array(length);
    inverse(noise(re.length), noise(re.length), result);
    inverse(re, im, result);
    await expectClose(result, frame, { absolute: 1e-12 });
  }
});

test('a length that does not fit is refused', () => {
  expect(() => inverseRealFft(0)).toThrow('inverseRealFft: length is 0; it must be a whole number from 1 to 1048576');
  expect(() => realFft(0)).toThrow('realFft: length is 0; it must be a whole number from 1 to 1048576');
  expect(() => realFft(2 ** 21)).toThrow('realFft: length is 2097152; it must be a whole number from 1 to 1048576');
  expect(() => realFft(2.5)).toThrow('realFft: length is 2.5; it must be a whole number from 1 to 1048576');
});
