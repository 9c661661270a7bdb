import { expectOption } from './errors.js';

/** One round of integer mixing: equal inputs give equal outputs, a changed bit changes half of them (lowbias32, C. Wellons). */
function mix(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return h ^ (h >>> 16);
}

/** FNV-1a, 32 bits, of the UTF-8 bytes of `path`: the number by which a place that draws random numbers is known. */
export function streamOf(path: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(path)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** Throws unless `seed` is a whole number from 0 to 2³² - 1. */
export const expectSeed = (seed: number): void =>
  expectOption(
    Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32,
    'seed',
    seed,
    'a whole number from 0 to 4294967295',
  );

/** 24 random bits as a number in [0, 1): mix(mix(mix(seed ⊕ 0x9e3779b9) + stream) + counter), its upper 24 bits times 2⁻²⁴. */
function uniform(seed: number, stream: number, counter: number): number {
  const hash = mix((mix((mix(seed ^ 0x9e3779b9) + stream) | 0) + counter) | 0);
  return (hash >>> 8) * 2 ** -24;
}

/**
 * The random number in [0, 1) of a seed, a place and a count: a hash, not a stream, so any draw can be had again alone, in any
 * order, on any backend. A multiple of 2⁻²⁴; `seed` and `counter` are whole numbers from 0 to 2³² - 1.
 */
export function uniformAt(seed: number, path: string, counter: number): number {
  expectSeed(seed);
  return uniform(seed, streamOf(path), counter);
}

/**
 * Two such numbers joined, those of counter 2n and 2n + 1: a multiple of 2⁻⁴⁸ in [0, 1), so that a token of probability 1e-12
 * can still be drawn.
 */
export function fineUniformAt(seed: number, path: string, n: number): number {
  const stream = streamOf(path);
  return uniform(seed, stream, 2 * n) + uniform(seed, stream, 2 * n + 1) * 2 ** -24;
}
