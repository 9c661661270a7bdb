import { InvalidArgumentError } from 'commander';

/** A parser of a numeric option; a value that does not fit is an error before anything is loaded. */
function numberParser(need: string, fits: (value: number) => boolean): (text: string) => number {
  return text => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (fits(value)) return value;
    throw new InvalidArgumentError(`It must be ${need}.`);
  };
}

const isIntegerFrom = (least: number, most = Number.MAX_SAFE_INTEGER) => {
  return (value: number) => Number.isInteger(value) && value >= least && value <= most;
};

/** A number of tokens: 0, 1, 2, ... */
export const tokenCount = numberParser('a whole number, 0 or more', isIntegerFrom(0));

/** A count: 0, 1, 2, ... */
export const count = tokenCount;

/** A size: 1, 2, 3, ... */
export const size = numberParser('a whole number, 1 or more', isIntegerFrom(1));

/** A temperature: 0 or more. */
export const temperature = numberParser('a number, 0 (greedy) or more', value => value >= 0 && value < Infinity);

/** The k of top-k sampling: 1, 2, 3, ... */
export const topK = numberParser('a whole number, 1 or more', isIntegerFrom(1));

/** The p of top-p sampling, or another share: above 0, at most 1. */
export const topP = numberParser('a number above 0 and at most 1', value => value > 0 && value <= 1);

/** A seed: an unsigned 32-bit integer. */
export const seed = numberParser('a whole number from 0 to 4294967295', isIntegerFrom(0, 2 ** 32 - 1));

/** The number of beams: 1, 2, 3, ... */
export const beamCount = numberParser('a whole number, 1 or more', isIntegerFrom(1));

/** A number of words: 1, 2, 3, ... */
export const wordCount = numberParser('a whole number, 1 or more', isIntegerFrom(1));

/** A limit in tokens: 1, 2, 3, ... */
export const tokenLimit = numberParser('a whole number, 1 or more', isIntegerFrom(1));

/** A batch size in lines: 1, 2, 3, ... */
export const lineCount = numberParser('a whole number, 1 or more', isIntegerFrom(1));

/** The exponent of a length penalty: any number. */
export const penalty = numberParser('a number', Number.isFinite);

/** A number above 0. */
export const positive = numberParser('a number above 0', value => value > 0 && value < Infinity);

/** A number, 0 or more. */
export const nonNegative = numberParser('a number, 0 or more', value => value >= 0 && value < Infinity);

/** A rate from 0 to below 1. */
export const rate = numberParser('a number from 0 to below 1', value => value >= 0 && value < 1);

/** Token ids separated by commas. */
export function tokenIds(text: string): number[] {
  const values = text.split(',').map(part => (part.trim() === '' ? Number.NaN : Number(part)));
  if (values.every(isIntegerFrom(0))) return values;
  throw new InvalidArgumentError('It must be whole numbers with commas between, such as 1,2,3.');
}
