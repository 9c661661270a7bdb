import { checkSeed, uniformAt } from '@residual/base';

/** Throws unless `seed` is a whole number from 0 to 2³² - 1. */
export const expectSeed = (seed: number): number => checkSeed('sampling', seed, 'option');

/** An unpredictable seed from the platform's cryptographic random numbers. */
export const randomSeed = (): number => crypto.getRandomValues(new Uint32Array(1))[0]!;

/**
 * A random number in [0, 1) of 48 bits for draw `index`: the numbers of 24 bits at counters 2 · index and 2 · index +
 * 1, joined, so that a token of probability 1e-12 can be drawn. Throws unless `seed` is a whole number from 0 to 2³² -
 * 1.
 */
export function fineUniformAt(seed: number, path: string, index: number): number {
  expectSeed(seed);
  return uniformAt(seed, path, 2 * index) + uniformAt(seed, path, 2 * index + 1) * 2 ** -24;
}
