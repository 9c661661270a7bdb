import { ResidualError } from './errors.js';
import { showValue } from './show-value.js';

/**
 * Throws, with the code, unless a value fits. `need` says what would fit: with 'a positive number' the message is
 * `walk: speed is -1; it must be a positive number`.
 */
export function expectValue(
  fits: boolean,
  caller: string,
  name: string,
  value: unknown,
  need: string,
  code = 'option',
): asserts fits {
  if (!fits) throw new ResidualError(code, `${caller}: ${name} is ${showValue(value)}; it must be ${need}`);
}

/** The whole numbers that `expectInteger` takes, and the code of its error. */
export interface IntegerRange {
  /** Default 0. */
  readonly min?: number;
  /** Default: no limit. */
  readonly max?: number;
  /** Default `option`. */
  readonly code?: string;
}

/** Throws, with the code, unless a value is a whole number in the range. */
export function expectInteger(
  caller: string,
  name: string,
  value: unknown,
  { min = 0, max = Infinity, code }: IntegerRange = {},
): asserts value is number {
  const fits = Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
  const range = max < Infinity ? ` from ${min} to ${max}` : `, ${min} or more`;
  expectValue(fits, caller, name, value, `a whole number${range}`, code);
}
