import type { Lattice } from './lattice.js';
import { unknown } from './lattice.js';

/** Pieces that are expected less often are gone. */
const least = 0.5;

/**
 * Makes scores of how often pieces are expected: log-probabilities by the Bayesian variant of maximization, which makes rare
 * pieces rarer (Liang and Klein 2007). What is hardly expected gets -Infinity.
 */
export function maximize(lattice: Lattice, expected: Float64Array): void {
  const { scores } = lattice;
  let sum = 0;
  for (const [id, times] of expected.entries()) if (id !== unknown && times >= least) sum += times;
  const whole = digamma(sum);
  for (const [id, times] of expected.entries()) {
    if (id !== unknown) scores[id] = times < least ? Number.NEGATIVE_INFINITY : digamma(times) - whole;
  }
  lattice.rescored();
}

/** The derivative of the logarithm of the gamma function, for x > 0: its recurrence up to 7, from there its asymptotic series around x - 1/2. */
export function digamma(x: number): number {
  let result = 0;
  for (; x < 7; x++) result -= 1 / x;
  const y = x - 0.5;
  const y2 = 1 / (y * y);
  return result + Math.log(y) + y2 * (1 / 24 + y2 * (-7 / 960 + y2 * (31 / 8064 - (y2 * 127) / 30720)));
}
