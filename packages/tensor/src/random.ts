import { ResidualError } from './errors.js';

/** One round of a 32-bit integer hash with full avalanche (lowbias32, C. Wellons 2018); the same in every language with 32-bit integers. */
export function mix(h: number): number {
  h ^= h >>> 16;
  h = Math.imul(h, 0x7feb352d);
  h ^= h >>> 15;
  h = Math.imul(h, 0x846ca68b);
  h ^= h >>> 16;
  return h >>> 0;
}

/** The 32 random bits at (seed, stream, counter). Randomness is a function of where it is used, never a stream with a state. */
export function randomBits(seed: number, stream: number, counter: number): number {
  return mix((mix((mix(seed ^ 0x9e3779b9) + stream) | 0) + counter) | 0);
}

/** The stream of a path: FNV-1a of its UTF-8 bytes. */
export function streamOf(path: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(path)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** The uniform number in [0, 1) with 24 bits at (seed, path, counter). */
export function uniformAt(seed: number, path: string, counter: number): number {
  return (randomBits(checkSeed('uniformAt', seed), streamOf(path), counter) >>> 8) * 2 ** -24;
}

/** `length` uniform numbers in [0, 1): those at (seed, path, 0 .. length - 1). */
export function uniformValues(seed: number, path: string, length: number): Float32Array {
  const stream = streamOf(path);
  checkSeed('uniformValues', seed);
  return Float32Array.from({ length }, (_, i) => (randomBits(seed, stream, i) >>> 8) * 2 ** -24);
}

/** `length` numbers of the standard normal distribution: Box-Muller on the uniform numbers at counters 2i and 2i + 1. */
export function normalValues(seed: number, path: string, length: number): Float32Array {
  const stream = streamOf(path);
  checkSeed('normalValues', seed);
  const uniform = (counter: number) => ((randomBits(seed, stream, counter) >>> 8) + 0.5) * 2 ** -24;
  const values = new Float32Array(length);
  for (let i = 0; i < length; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(uniform(i)));
    const angle = 2 * Math.PI * uniform(i + 1);
    values[i] = radius * Math.cos(angle);
    if (i + 1 < length) values[i + 1] = radius * Math.sin(angle);
  }
  return values;
}

/** A seed is a whole number 0 .. 2³² - 1. */
export function checkSeed(name: string, seed: number): number {
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff) {
    throw new ResidualError('seed', `${name}: seed is ${seed}; it must be a whole number from 0 to 4294967295`);
  }
  return seed;
}
