import { expectValue, ResidualError } from '@residual/base';

/**
 * An error whose message begins with `sampling: `. Codes: `option` (a wrong option), `logits` (no token can be chosen).
 */
export function samplingError(code: 'option' | 'logits', message: string): ResidualError {
  return new ResidualError(code, `sampling: ${message}`);
}

/** Throws `sampling: NAME is VALUE; it must be NEED` unless `fits`. */
export const expectOption = (fits: boolean, name: string, value: unknown, need: string): void =>
  expectValue(fits, 'sampling', name, value, need);

/** Throws unless `value` is a number and `fits`; a string that looks like a number is refused. */
export const expectNumber = (fits: boolean, name: string, value: number, need: string): void =>
  expectOption(fits && typeof value === 'number', name, value, need);

/** Throws unless `value` is a whole number, `min` or more. Smaller than `expectInteger` of base. */
export const expectInteger = (name: string, value: number, min: number): void =>
  expectOption(Number.isInteger(value) && value >= min, name, value, `a whole number, ${min} or more`);

/** Throws unless `value` is a number above 0. */
export const expectPositive = (name: string, value: number): void =>
  expectNumber(value > 0 && value < Infinity, name, value, 'a number above 0');

/** One token id, or several. */
export type TokenIds = number | readonly number[];

/** The ids as a list; throws unless it holds at least one and all are whole numbers, 0 or more. */
export function tokenIds(name: string, ids: TokenIds | undefined): readonly number[] {
  const list = typeof ids === 'number' ? [ids] : ids;
  const fits = Array.isArray(list) && list.length > 0 && list.every(id => Number.isInteger(id) && id >= 0);
  expectOption(fits, name, ids, 'a token id (0, 1, 2, ...) or a list of them');
  return list as readonly number[];
}

/** The end tokens as a list, empty if there is none; throws as `tokenIds` does. */
export const endTokenIds = (ids: TokenIds | undefined): readonly number[] =>
  ids === undefined ? [] : tokenIds('eosTokenId', ids);
