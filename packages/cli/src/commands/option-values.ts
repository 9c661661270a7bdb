import { InvalidArgumentError } from 'commander';

/** Reads an option's value as a number and refuses, before anything is loaded, what does not fit. */
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

/** How many tokens may follow: 0, 1, 2, ... */
export const tokenCount = numberParser('a whole number, 0 or more', isIntegerFrom(0));

/** A count: 0, 1, 2, ... */
export const count = tokenCount;

/** A size: 1, 2, 3, ... */
export const size = numberParser('a whole number, 1 or more', isIntegerFrom(1));

/** A temperature: 0 or more. */
export const temperature = numberParser('a number, 0 (greedy) or more', value => value >= 0 && value < Infinity);

/** How many of the likeliest tokens are drawn from: 1, 2, 3, ... */
export const topK = numberParser('a whole number, 1 or more', isIntegerFrom(1));

/** A share of probability above 0, at most 1. */
export const topP = numberParser('a number above 0 and at most 1', value => value > 0 && value <= 1);

/** A seed of 32 bits. */
export const seed = numberParser('a whole number from 0 to 4294967295', isIntegerFrom(0, 2 ** 32 - 1));

/** How many texts grow side by side: 1, 2, 3, ... */
export const beamCount = numberParser('a whole number, 1 or more', isIntegerFrom(1));

/** How many words are shown: 1, 2, 3, ... */
export const wordCount = numberParser('a whole number, 1 or more', isIntegerFrom(1));

/** A number of tokens that something may have: 1, 2, 3, ... */
export const tokenLimit = numberParser('a whole number, 1 or more', isIntegerFrom(1));

/** How many lines are worked on at once: 1, 2, 3, ... */
export const lineCount = numberParser('a whole number, 1 or more', isIntegerFrom(1));

/** The exponent of a length: any number. */
export const penalty = numberParser('a number', Number.isFinite);

/** A number above 0. */
export const positive = numberParser('a number above 0', value => value > 0 && value < Infinity);

/** A number, 0 or more. */
export const nonNegative = numberParser('a number, 0 or more', value => value >= 0 && value < Infinity);

/** A rate from 0 to below 1. */
export const rate = numberParser('a number from 0 to below 1', value => value >= 0 && value < 1);

/** Token ids with commas between. */
export function tokenIds(text: string): number[] {
  const values = text.split(',').map(part => (part.trim() === '' ? Number.NaN : Number(part)));
  if (values.every(isIntegerFrom(0))) return values;
  throw new InvalidArgumentError('It must be whole numbers with commas between, such as 1,2,3.');
}
