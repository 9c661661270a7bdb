import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import { type RotaryScaling, rotary, rotaryFrequencies } from './index.js';

const exact = { absolute: 0, relative: 1e-12 };
const frequencies = (rotaryDim: number, base: number, scaling?: RotaryScaling, length?: number) =>
  rotaryFrequencies({ rotaryDim, base, scaling, length });

test('pair i rotates by base^(-2i / rotaryDim) radians per position (Su et al. 2021)', async () => {
  const { frequencies: found, amplitude } = rotaryFrequencies({ rotaryDim: 6 });
  await expectClose(found, [1, 1 / 10000 ** (1 / 3), 1 / 10000 ** (2 / 3)], exact);
  expect(amplitude).toBe(1);
  await expectClose(frequencies(4, 500000).frequencies, [1, 1 / Math.sqrt(500000)], exact);
});

test('linear: positions are divided by the factor (Chen et al. 2023)', async () => {
  const { frequencies: found, amplitude } = frequencies(4, 10000, { type: 'linear', factor: 4 });
  await expectClose(found, [1 / 4, 1 / 400], exact);
  expect(amplitude).toBe(1);
});

test('dynamic: unchanged up to the original length, then with a base that grows with the length', async () => {
  const scaling = { type: 'dynamic', factor: 2, originalMaxPositions: 100 } as const;
  const plain = frequencies(6, 10000).frequencies;
  for (const length of [0, 50, 100])
    await expectClose(frequencies(6, 10000, scaling, length).frequencies, plain, exact);
  // Length 250 of 100: s = 2.5; base · (factor · s - (factor - 1))^(d / (d - 2)).
  const base = 10000 * (2 * 2.5 - 1) ** (6 / 4);
  await expectClose(frequencies(6, 10000, scaling, 250).frequencies, [1, base ** (-1 / 3), base ** (-2 / 3)], exact);
});

test('ntk: a larger base, whatever the length', async () => {
  const base = 10000 * 50 ** (6 / 4);
  for (const length of [0, 10 ** 6]) {
    const { frequencies: found, amplitude } = frequencies(6, 10000, { type: 'ntk', factor: 50 }, length);
    await expectClose(found, [1, base ** (-1 / 3), base ** (-2 / 3)], exact);
    expect(amplitude).toBe(1);
  }
});

test('llama3: high frequencies stay, low ones are divided, with a ramp between them (Llama 3.1)', async () => {
  const [factor, low, high, original, dim, base] = [8, 1, 4, 8192, 128, 500000];
  const scaling = {
    type: 'llama3',
    factor,
    lowFrequencyFactor: low,
    highFrequencyFactor: high,
    originalMaxPositions: original,
  } as const;
  const kinds = { short: 0, long: 0, between: 0 };
  const expected = Array.from({ length: dim / 2 }, (_, i) => {
    const angle = base ** ((-2 * i) / dim);
    const wavelength = (2 * Math.PI) / angle;
    if (wavelength < original / high) {
      kinds.short++;
      return angle;
    }
    if (wavelength > original / low) {
      kinds.long++;
      return angle / factor;
    }
    kinds.between++;
    const smooth = (original / wavelength - low) / (high - low);
    return (1 - smooth) * (angle / factor) + smooth * angle;
  });
  await expectClose(frequencies(dim, base, scaling).frequencies, expected, exact);
  expect(Object.values(kinds).every(count => count > 3)).toBe(true);
  expect(frequencies(dim, base, scaling).amplitude).toBe(1);
});

/** By the paper's section 3: a ramp γ over the number of turns, mapped to dimensions, and a temperature. */
const yarnByPaper = (
  dim: number,
  base: number,
  factor: number,
  original: number,
  fast: number,
  slow: number,
  round: boolean,
) => {
  const dimensionAt = (turns: number) => (dim * Math.log(original / (turns * 2 * Math.PI))) / (2 * Math.log(base));
  const from = Math.max(round ? Math.floor(dimensionAt(fast)) : dimensionAt(fast), 0);
  const to = Math.min(round ? Math.ceil(dimensionAt(slow)) : dimensionAt(slow), dim - 1);
  return Array.from({ length: dim / 2 }, (_, i) => {
    const angle = base ** ((-2 * i) / dim);
    const gamma = i < from ? 1 : i > to ? 0 : 1 - (i - from) / (to - from);
    return (1 - gamma) * (angle / factor) + gamma * angle;
  });
};

// Peng et al. 2023
test('yarn: high frequencies stay, low ones are divided, the attention factor is 0.1 ln(factor) + 1', async () => {
  const scaling = { type: 'yarn', factor: 16, originalMaxPositions: 4096 } as const;
  const { frequencies: found, amplitude } = frequencies(128, 10000, scaling);
  await expectClose(found, yarnByPaper(128, 10000, 16, 4096, 32, 1, true), exact);
  expect(found[0]).toBe(1);
  expect(found.at(-1)! * 16).toBeCloseTo(10000 ** (-126 / 128), 12);
  expect(amplitude).toBeCloseTo(0.1 * Math.log(16) + 1, 12);
});

test('yarn: the ends of the ramp and the attention factor may be given', async () => {
  const scaling = {
    type: 'yarn',
    factor: 4,
    originalMaxPositions: 2048,
    betaFast: 20,
    betaSlow: 2,
    truncate: false,
    attentionFactor: 0.5,
  } as const;
  const { frequencies: found, amplitude } = frequencies(64, 50000, scaling);
  await expectClose(found, yarnByPaper(64, 50000, 4, 2048, 20, 2, false), exact);
  expect(amplitude).toBe(0.5);
});

test('yarn: a factor of at most 1 has attention factor 1', () => {
  expect(frequencies(8, 10000, { type: 'yarn', factor: 1, originalMaxPositions: 64 }).amplitude).toBe(1);
});

test.each([5, 0, -2, 2.5])('a rotaryDim of %s does not split into pairs', rotaryDim => {
  expect(() => rotaryFrequencies({ rotaryDim })).toThrow(
    `rotaryFrequencies: rotaryDim ${rotaryDim} does not split into pairs; it must be an even number above 0`,
  );
});

test.each([0, -1, Number.NaN])('a factor of %s is refused', factor => {
  const message = `rotaryFrequencies: the factor of 'linear' is ${factor}; it must be a number above 0`;
  expect(() => frequencies(4, 10000, { type: 'linear', factor })).toThrow(message);
});

test.each([0, -1, Number.NaN])('a base of %s is refused', base => {
  expect(() => frequencies(4, base)).toThrow(`rotaryFrequencies: base is ${base}; it must be a number above 0`);
});

test('heads that exceed the memory throw before anything is allocated', () => {
  expect(() => rotary({ headDim: 2 ** 40, storedPositions: 8 })).toThrow('table: [1, 549755813888] holds');
});
