import { expectValue } from './expect-value.js';

/** The key of a random stream: two signed 32-bit words for (seed, stream, step). */
export type RandomKey = readonly [number, number];

/** One round of a 32-bit integer hash with full avalanche (lowbias32, C. Wellons 2018). */
export function hash32(h: number): number {
  h ^= h >>> 16;
  h = Math.imul(h, 0x7feb352d);
  h ^= h >>> 15;
  h = Math.imul(h, 0x846ca68b);
  h ^= h >>> 16;
  return h >>> 0;
}

/**
 * The key of (seed, stream, step), with h = hash32 and sums modulo 2³²: h(h(h(seed ⊕ 0x9e3779b9) + stream) + step) and
 * h(h(h(step ⊕ 0x85ebca6b) + stream) + seed). Two words, so that the numbers of one key are never a shifted copy of
 * those of another.
 */
export function randomKey(seed: number, stream: number, step = 0): RandomKey {
  return [chain(seed ^ 0x9e3779b9, stream, step), chain(step ^ 0x85ebca6b, stream, seed)];
}

/** The 32 random bits of a key at a counter: hash32(hash32(counter + a) ⊕ b). */
export function randomBitsAt([a, b]: RandomKey, counter: number): number {
  return hash32(hash32((counter + a) | 0) ^ b);
}

/** The 32 random bits at (seed, stream, counter), without any state (counter-based, as in Salmon et al. 2011). */
export function randomBits(seed: number, stream: number, counter: number): number {
  return randomBitsAt(randomKey(seed, stream), counter);
}

/** The stream of a path: FNV-1a of its UTF-8 bytes. */
export function streamOf(path: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(path)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** The uniform number in [0, 1) with 24 bits at (seed, path, counter). */
export function uniformAt(seed: number, path: string, counter: number): number {
  return uniform(keyOf('uniformAt', seed, path), counter);
}

/** `length` uniform numbers in [0, 1): those at (seed, path, 0 .. length - 1). */
export function uniformValues(seed: number, path: string, length: number): Float32Array {
  const key = keyOf('uniformValues', seed, path);
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) values[i] = uniform(key, i);
  return values;
}

/**
 * `length` numbers of the standard normal distribution: Box-Muller on the uniform numbers at counters 2i and 2i + 1,
 * each raised by 2⁻²⁵.
 */
export function normalValues(seed: number, path: string, length: number): Float32Array {
  const key = keyOf('normalValues', seed, path);
  const values = new Float32Array(length);
  for (let i = 0; i < length; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(uniform(key, i) + 2 ** -25));
    const angle = 2 * Math.PI * (uniform(key, i + 1) + 2 ** -25);
    values[i] = radius * Math.cos(angle);
    if (i + 1 < length) values[i + 1] = radius * Math.sin(angle);
  }
  return values;
}

/** Returns the seed. Errors, with the code, unless it is a whole number 0 .. 2³² - 1. */
export function checkSeed(name: string, seed: number, code = 'seed'): number {
  expectValue(seed >>> 0 === seed, name, 'seed', seed, `a whole number from 0 to ${2 ** 32 - 1}`, code);
  return seed;
}

function keyOf(name: string, seed: number, path: string): RandomKey {
  return randomKey(checkSeed(name, seed), streamOf(path));
}

/** The upper 24 bits, times 2⁻²⁴: exact in 32-bit floats. */
function uniform(key: RandomKey, counter: number): number {
  return (randomBitsAt(key, counter) >>> 8) * 2 ** -24;
}

function chain(first: number, second: number, third: number): number {
  return hash32((hash32((hash32(first) + second) | 0) + third) | 0) | 0;
}
