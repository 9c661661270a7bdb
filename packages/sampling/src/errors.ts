const brand = '@residual/error';

/**
 * An error a caller can act on: `message` says what does not fit, `code` is `option` (a setting) or `logits` (a row nothing can be
 * chosen from). `ResidualError.is(error)` recognises it also when it comes from another installed package or version.
 */
export class ResidualError extends Error {
  override readonly name = 'ResidualError';
  readonly [brand] = true;

  constructor(
    readonly code: 'option' | 'logits',
    message: string,
  ) {
    super(`sampling: ${message}`);
  }

  static is(error: unknown): error is ResidualError {
    return typeof error === 'object' && error !== null && brand in error;
  }
}

/** Throws `sampling: NAME is VALUE; it must be NEED` unless `fits`. */
export function expectOption(fits: boolean, name: string, value: unknown, need: string): void {
  if (!fits) throw new ResidualError('option', `${name} is ${shown(value, 2).slice(0, 300)}; it must be ${need}`);
}

/** A value as JSON, cut after a few members and levels: what a file holds may be long or deep. */
function shown(value: unknown, levels: number): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 80));
  if (typeof value !== 'object' || value === null) return String(value);
  const isList = Array.isArray(value);
  const entries = Object.entries(value).filter(([, member]) => isList || member !== undefined);
  const few = levels === 0 ? [] : entries.slice(0, 8);
  const members = few.map(([name, member]) => `${isList ? '' : `${shown(name, 0)}:`}${shown(member, levels - 1)}`);
  if (few.length < entries.length) members.push('…');
  return isList ? `[${members.join()}]` : `{${members.join()}}`;
}

/** Throws unless `value` is a number, no text that looks like one, and `fits`. */
export const expectNumber = (fits: boolean, name: string, value: number, need: string): void =>
  expectOption(fits && typeof value === 'number', name, value, need);

/** Throws unless `value` is a whole number from `least` on. */
export const expectWhole = (name: string, value: number, least: number): void =>
  expectOption(Number.isInteger(value) && value >= least, name, value, `a whole number from ${least} on`);

/** Throws unless `value` is a number above 0. */
export const expectPositive = (name: string, value: number): void =>
  expectNumber(value > 0 && value < Infinity, name, value, 'a number above 0');

/** One token id, or several. */
export type TokenIds = number | readonly number[];

/** The ids as a list; throws unless there is at least one and each is a whole number from 0 on. */
export function tokenIds(name: string, ids: TokenIds | undefined): readonly number[] {
  const list = typeof ids === 'number' ? [ids] : ids;
  const fits = Array.isArray(list) && list.length > 0 && list.every(id => Number.isInteger(id) && id >= 0);
  expectOption(fits, name, ids, 'a token id (0, 1, 2, ...) or a list of them');
  return list as readonly number[];
}
