import { expect, test } from 'vitest';
import { normalValues, randomBits, randomBitsAt, randomKey, uniformValues } from './random.js';

test('uniform numbers fill [0, 1) evenly, also in their lower bits', () => {
  const bins = 64;
  const count = 64 * 2000;
  for (const scale of [1, 2 ** 12]) {
    const found = new Array<number>(bins).fill(0);
    for (const u of uniformValues(3, 'a', count)) found[Math.floor(((u * scale) % 1) * bins)]!++;
    const chiSquare = found.reduce((sum, n) => sum + (n - 2000) ** 2 / 2000, 0); // 63 degrees of freedom
    expect(chiSquare).toBeGreaterThan(30);
    expect(chiSquare).toBeLessThan(110);
  }
});

test('neighbours, seeds and paths are not correlated', () => {
  const count = 100_000;
  const [a, b, c] = [uniformValues(3, 'a', count), uniformValues(4, 'a', count), uniformValues(3, 'b', count)];
  const correlation = (x: Float32Array, y: Float32Array, lag: number) => {
    let sum = 0;
    for (let i = 0; i + lag < count; i++) sum += (x[i]! - 0.5) * (y[i + lag]! - 0.5);
    return (12 * sum) / count; // of order 1 / √count = 0.003
  };
  for (const lag of [1, 2, 3, 64]) expect(Math.abs(correlation(a, a, lag))).toBeLessThan(0.015);
  for (const lag of [0, 1]) {
    expect(Math.abs(correlation(a, b, lag))).toBeLessThan(0.015);
    expect(Math.abs(correlation(a, c, lag))).toBeLessThan(0.015);
  }
});

test('the numbers of one key are never a shifted copy of those of another', () => {
  const [streams, length] = [50_000, 20];
  const seen = new Set<number>(); // two in a row, as one number of 53 bits
  for (let stream = 0; stream < streams; stream++) {
    for (let i = 0; i < length; i++) {
      seen.add(randomBits(1, stream, i) * 2 ** 21 + (randomBits(1, stream, i + 1) >>> 11));
    }
  }
  expect(streams * length - seen.size).toBe(0);
});

test('each bit of seed, stream, step and counter changes half of the bits', () => {
  const words = [123456789, 987654321, 55, 777];
  const bits = ([seed, stream, step, counter]: number[]) => randomBitsAt(randomKey(seed!, stream!, step), counter!);
  for (let part = 0; part < words.length; part++) {
    let changed = 0;
    for (let bit = 0; bit < 32; bit++) {
      for (let shift = 0; shift < 20; shift++) {
        const from = words.map((n, i) => (i === part ? n + shift : n));
        const to = from.map((n, i) => (i === part ? (n ^ (1 << bit)) >>> 0 : n));
        for (let rest = bits(from) ^ bits(to); rest !== 0; rest &= rest - 1) changed++;
      }
    }
    expect(changed / (32 * 20 * 32)).toBeGreaterThan(0.48);
    expect(changed / (32 * 20 * 32)).toBeLessThan(0.52);
  }
});

test('normal numbers have the moments and tails of the normal distribution', () => {
  const count = 200_000;
  const values = normalValues(5, 'weights', count);
  const moment = (power: number) => values.reduce((sum, z) => sum + z ** power, 0) / count;
  expect(moment(1)).toBeCloseTo(0, 2);
  expect(moment(2)).toBeCloseTo(1, 1.7);
  expect(moment(3)).toBeCloseTo(0, 1);
  expect(Math.abs(moment(4) - 3)).toBeLessThan(0.1);
  const beyond = (bound: number) => values.filter(z => Math.abs(z) > bound).length / count;
  expect(Math.abs(beyond(1) - 0.31731)).toBeLessThan(0.005);
  expect(Math.abs(beyond(3) - 0.0027)).toBeLessThan(0.0005);
  const pairs = values.reduce((sum, z, i) => (i % 2 ? sum + z * values[i - 1]! : sum), 0) / (count / 2);
  expect(Math.abs(pairs)).toBeLessThan(0.015);
});
