import { expect, test } from 'vitest';
import { thrownMessage } from '../test/thrown.js';
import { fineUniformAt, streamOf, uniformAt } from './index.js';

/** The same formula in BigInt arithmetic. */
function reference(seed: number, path: string, counter: number): number {
  const u32 = (x: bigint) => BigInt.asUintN(32, x);
  const mix = (h: bigint) => {
    h = u32((h ^ (h >> 16n)) * 0x7feb352dn);
    h = u32((h ^ (h >> 15n)) * 0x846ca68bn);
    return h ^ (h >> 16n);
  };
  let stream = 0x811c9dc5n;
  for (const byte of Buffer.from(path)) stream = u32((stream ^ BigInt(byte)) * 0x01000193n);
  const [word, count] = [BigInt(seed), BigInt(counter)];
  const a = mix(mix(u32(mix(word ^ 0x9e3779b9n) + stream)));
  const b = mix(u32(mix(u32(mix(0x85ebca6bn) + stream)) + word));
  return Number(mix(mix(u32(count + a)) ^ b) >> 8n) / 2 ** 24;
}

test('streamOf is FNV-1a of the UTF-8 bytes', () => {
  expect(streamOf('')).toBe(0x811c9dc5); // published test vectors
  expect(streamOf('a')).toBe(0xe40c292c);
  expect(streamOf('foobar')).toBe(0xbf9cf968);
  expect(streamOf('é')).not.toBe(streamOf('e'));
});

test('uniformAt is its formula', () => {
  for (const seed of [0, 1, 7, 0x7fffffff, 0x80000000, 0xffffffff]) {
    for (const path of ['', 'sampler.0', 'layers.3.mlp', 'é🙂']) {
      for (const counter of [0, 1, 2, 1000, 0xffffffff]) {
        expect(uniformAt(seed, path, counter)).toBe(reference(seed, path, counter));
      }
    }
  }
});

test('these numbers never change: other packages and kernels make the same', () => {
  expect(uniformAt(0, '', 0) * 2 ** 24).toBe(14805648);
  expect(uniformAt(42, 'layers.0.attention', 3) * 2 ** 24).toBe(2083875);
});

test('fineUniformAt joins two numbers, the upper and the lower 24 bits', () => {
  for (let n = 0; n < 50; n++) {
    const [upper, lower] = [uniformAt(5, 'x', 2 * n), uniformAt(5, 'x', 2 * n + 1)];
    expect(fineUniformAt(5, 'x', n)).toBe(upper + lower / 2 ** 24);
    expect(fineUniformAt(5, 'x', n)).toBeLessThan(1);
  }
});

test('numbers are uniform and uncorrelated over counters, seeds and paths', () => {
  const draws = 20000;
  const series = {
    counters: (i: number) => uniformAt(3, 'sampler.0', i),
    seeds: (i: number) => uniformAt(i, 'sampler.0', 5),
    paths: (i: number) => uniformAt(3, `sampler.${i}`, 5),
  };
  for (const [name, draw] of Object.entries(series)) {
    const pairs = new Float64Array(100); // [this number's tenth, the next one's tenth]
    for (let i = 0; i < draws; i++) {
      pairs[Math.floor(draw(i) * 10) * 10 + Math.floor(draw(i + 1) * 10)]!++;
    }
    const chiSquare = pairs.reduce((sum, count) => sum + (count - draws / 100) ** 2 / (draws / 100), 0);
    expect(chiSquare, name).toBeLessThan(160); // 99 degrees of freedom: above 160 one time in 10,000
    expect(chiSquare, name).toBeGreaterThan(50);
  }
});

test('a seed is a whole number of 32 bits', () => {
  for (const seed of [1.5, -1, 2 ** 32, NaN, Infinity]) {
    expect(thrownMessage(() => fineUniformAt(seed, 'x', 0))).toBe(
      `sampling: seed is ${seed}; it must be a whole number from 0 to 4294967295`,
    );
  }
  expect(thrownMessage(() => fineUniformAt('7' as unknown as number, 'x', 0))).toBe(
    'sampling: seed is "7"; it must be a whole number from 0 to 4294967295',
  );
});
