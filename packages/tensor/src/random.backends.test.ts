import { expect, test } from 'vitest';
import { checkSeed, hash32, normalValues, randomBits, randomKey, streamOf, uniformAt, uniformValues } from './index.js';

const wrap = (n: bigint) => BigInt.asUintN(32, n);

/** lowbias32 as published, in BigInt arithmetic. */
const slowMix = (h: bigint): bigint => {
  h = wrap((h ^ (h >> 16n)) * 0x7feb352dn);
  h = wrap((h ^ (h >> 15n)) * 0x846ca68bn);
  return h ^ (h >> 16n);
};

const slowChain = (a: bigint, b: bigint, c: bigint) => slowMix(wrap(slowMix(wrap(slowMix(a) + b)) + c));

const slowBits = (seed: bigint, stream: bigint, counter: bigint) => {
  const a = slowChain(seed ^ 0x9e3779b9n, stream, 0n);
  const b = slowChain(0x85ebca6bn, stream, seed);
  return Number(slowMix(slowMix(wrap(counter + a)) ^ b));
};

test('bits are the written formula, also where 32 bits overflow', () => {
  expect(hash32(0)).toBe(0);
  for (const h of [1, 0x7fffffff, 0x80000000, 0xffffffff]) expect(hash32(h)).toBe(Number(slowMix(BigInt(h))));
  const edges = [0, 1, 0x7fffffff, 0x80000000, 0xffffffff];
  for (const seed of edges)
    for (const stream of edges)
      for (const counter of edges)
        expect(randomBits(seed, stream, counter)).toBe(slowBits(BigInt(seed), BigInt(stream), BigInt(counter)));
});

test('a path is hashed by its UTF-8 bytes', () => {
  const slow = (bytes: number[]) =>
    Number(bytes.reduce((hash, byte) => wrap((hash ^ BigInt(byte)) * 0x01000193n), 0x811c9dc5n));
  expect(streamOf('')).toBe(0x811c9dc5);
  expect(streamOf('a.b')).toBe(slow([0x61, 0x2e, 0x62]));
  expect(streamOf('é😀')).toBe(slow([0xc3, 0xa9, 0xf0, 0x9f, 0x98, 0x80]));
});

test('a seed, a path and a counter give these numbers everywhere', () => {
  expect(randomBits(1, 2, 3)).toBe(3249936271);
  expect(randomKey(1, 2, 3)).toEqual([1637196788, -1422288849]);
  expect([...uniformValues(7, 'decoder.layers.3', 3)]).toEqual([
    0.9576553702354431, 0.8712310194969177, 0.13779795169830322,
  ]);
  expect(uniformAt(7, 'decoder.layers.3', 2)).toBe(0.13779795169830322);
  const normal = normalValues(7, 'decoder.layers.3', 5);
  const expected = [
    0.20302416384220123, -0.21287491917610168, -1.9899688959121704, 0.06290239840745926, -0.9226341247558594,
  ];
  expect([...normal]).toEqual(expected);
  expect([...normalValues(7, 'decoder.layers.3', 4)]).toEqual(expected.slice(0, 4));
});

test('a seed that is not a 32-bit integer is refused', () => {
  expect(checkSeed('init', 4294967295)).toBe(4294967295);
  expect(() => checkSeed('init', 0.5)).toThrow('init: seed is 0.5; it must be a whole number from 0 to 4294967295');
  expect(() => uniformAt(-1, 'a', 0)).toThrow('uniformAt: seed is -1; it must be a whole number from 0 to 4294967295');
  expect(() => uniformValues(Number.NaN, 'a', 1)).toThrow('uniformValues: seed is NaN; ');
  expect(() => normalValues(2 ** 32, 'a', 1)).toThrow('normalValues: seed is 4294967296; ');
});
