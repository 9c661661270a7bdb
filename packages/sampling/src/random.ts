import { uniformAt } from '@residual/base';
import { expectOption } from './errors.js';

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

/**
 * A random number of 48 bits for draw `index`: the two numbers of 24 bits at counters 2 · index and 2 · index + 1, joined. A multiple of 2⁻⁴⁸ in
 * [0, 1), so that a token of probability 1e-12 can still be drawn.
 */
export function fineUniformAt(seed: number, path: string, index: number): number {
  expectSeed(seed);
  return uniformAt(seed, path, 2 * index) + uniformAt(seed, path, 2 * index + 1) * 2 ** -24;
}
