import { expectOption } from './errors.js';

/** One round of a 32-bit integer hash in which each bit depends on all (lowbias32, C. Wellons 2018). */
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

/** A seed that nobody can foresee, of the platform's cryptographic numbers: for draws whose seed nobody gave. */
export const randomSeed = (): number => crypto.getRandomValues(new Uint32Array(1))[0]!;

const chain = (first: number, second: number, third: number): number =>
  mix((mix((mix(first) + second) | 0) + third) | 0);

/**
 * The numbers of a seed and a place by their count: 24 random bits as a number in [0, 1). With the key a = mix(mix(mix(seed ⊕ 0x9e3779b9) + stream) + 0),
 * b = mix(mix(mix(0x85ebca6b) + stream) + seed) it is mix(mix(count + a) ⊕ b), its upper 24 bits times 2⁻²⁴; sums modulo 2³². `@residual/tensor` has
 * the same numbers for weights and dropout.
 */
function uniforms(seed: number, path: string): (counter: number) => number {
  expectSeed(seed);
  const stream = streamOf(path);
  const a = chain(seed ^ 0x9e3779b9, stream, 0);
  const b = chain(0x85ebca6b, stream, seed);
  return counter => (mix(mix((counter + a) | 0) ^ b) >>> 8) * 2 ** -24;
}

/**
 * The random number in [0, 1) of a seed, a place and a count: a hash, not a stream, so any draw can be had again alone, in any
 * order, on any backend. A multiple of 2⁻²⁴; `seed` and `counter` are whole numbers from 0 to 2³² - 1.
 */
export function uniformAt(seed: number, path: string, counter: number): number {
  return uniforms(seed, path)(counter);
}

/**
 * Two such numbers joined, those of counter 2n and 2n + 1: a multiple of 2⁻⁴⁸ in [0, 1), so that a token of probability 1e-12
 * can still be drawn.
 */
export function fineUniformAt(seed: number, path: string, n: number): number {
  const uniform = uniforms(seed, path);
  return uniform(2 * n) + uniform(2 * n + 1) * 2 ** -24;
}
