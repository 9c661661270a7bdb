import { failInput } from '../errors.js';
import { required } from '../formats/json/components.js';
import type { Fields } from '../formats/json/fields.js';
import type { Window } from './apply-template.js';

/** How encodings that are too long are truncated. */
export interface Truncation {
  /** The maximum number of tokens, including special tokens. */
  readonly maxLength: number;
  /** Which text of a pair is truncated. Default `longest-first`: the longer one, then both equally. */
  readonly strategy?: 'longest-first' | 'only-first' | 'only-second';
  /** The number of tokens that each overflowing window repeats from the one before it. Default 0. */
  readonly stride?: number;
  /** Which end is cut off. Default `right`. */
  readonly direction?: 'left' | 'right';
  /**
   * Whether to stop at the first pre-token with which a text has `maxLength` tokens (if the right end is cut off). This
   * is faster on long texts, but `overflowing` is then incomplete. The reference library does so since its version
   * 0.23. Default false.
   */
  readonly stopEarly?: boolean;
}

/** The fields of truncation in `tokenizer.json`, in the reference's order, with the values of absent ones. */
export const truncationFields = { direction: 'Right', max_length: required, strategy: 'LongestFirst', stride: 0 };

/** Reads the truncation of a `tokenizer.json`, whose fields have the values of {@link truncationFields} if absent. */
export function readTruncation(fields: Fields): Truncation {
  const strategies = { LongestFirst: 'longest-first', OnlyFirst: 'only-first', OnlySecond: 'only-second' } as const;
  const strategy = fields.choice('strategy', ['LongestFirst', 'OnlyFirst', 'OnlySecond']);
  return {
    maxLength: fields.count('max_length'),
    strategy: strategies[strategy],
    stride: fields.count('stride'),
    direction: fields.choice('direction', ['Left', 'Right']) === 'Left' ? 'left' : 'right',
  };
}

/**
 * Truncates one or two sequences to fit together with `numAddedTokens` special tokens. Returns the windows of each
 * sequence, the one that is kept first.
 */
export function truncate(
  sequences: readonly (readonly number[])[],
  { maxLength, strategy = 'longest-first', stride = 0, direction = 'right' }: Truncation,
  numAddedTokens: number,
): Window[][] {
  checkCount('truncation.maxLength', maxLength);
  checkCount('truncation.stride', stride);
  checkChoice('truncation.strategy', strategy, ['longest-first', 'only-first', 'only-second']);
  checkChoice('truncation.direction', direction, ['left', 'right']);
  const capacity = maxLength - numAddedTokens;
  if (capacity < 0)
    failInput(`encode: maxLength ${maxLength} is less than the ${numAddedTokens} special tokens of this tokenizer`);
  const sizes = truncatedLengths(
    sequences.map(ids => ids.length),
    capacity,
    strategy,
  );
  return sequences.map((ids, index) => windowsOf(ids, sizes[index]!, stride, direction));
}

function truncatedLengths(
  lengths: readonly number[],
  capacity: number,
  strategy: NonNullable<Truncation['strategy']>,
): number[] {
  const [first = 0, second] = lengths;
  const tooMany = first + (second ?? 0) - capacity;
  if (tooMany <= 0) return [first, second ?? 0];
  if (capacity === 0) return [0, 0];
  if (strategy === 'longest-first') {
    if (second === undefined) return [capacity];
    const shorter = Math.min(first, second);
    const half = Math.floor(capacity / 2);
    const [small, large] = shorter * 2 <= capacity ? [shorter, capacity - shorter] : [half, capacity - half];
    return first > second ? [large, small] : [small, large];
  }
  if (strategy === 'only-second' && second === undefined) {
    return failInput('encode: truncation strategy only-second needs a pair, there is one text');
  }
  const target = strategy === 'only-first' ? first : second!;
  if (target <= tooMany) {
    const which = strategy === 'only-first' ? 'first' : 'second';
    failInput(`encode: ${tooMany} tokens are too many, and the ${which} text has only ${target} to cut from`);
  }
  return strategy === 'only-first' ? [first - tooMany, second ?? 0] : [first, target - tooMany];
}

/** The maximum total size of windows: this many times the tokens of a text, and this many more. */
const [maxWindowFactor, maxWindowExtra] = [256, 1 << 20];

function windowsOf(ids: readonly number[], size: number, stride: number, direction: 'left' | 'right'): Window[] {
  if (size >= ids.length) return [{ from: 0, ids }];
  if (size === 0)
    return [
      { from: 0, ids: [] },
      { from: 0, ids },
    ];
  const total = Math.ceil(ids.length / (size - stride)) * size;
  if (stride < size && total > maxWindowFactor * ids.length + maxWindowExtra) {
    failInput(
      `encode: windows of ${size} tokens with a stride of ${stride} hold ${total} tokens of a text of ` +
        `${ids.length}; a smaller stride would do`,
    );
  }
  if (stride >= size)
    failInput(`encode: stride ${stride} does not fit in windows of ${size} tokens; at most ${size - 1}`);
  const windows: Window[] = [];
  const push = (from: number, to: number) => windows.push({ from, ids: ids.slice(from, to) });
  if (direction === 'right') {
    let from = 0;
    for (; from + size < ids.length; from += size - stride) push(from, from + size);
    push(from, ids.length);
  } else {
    let to = ids.length;
    for (; to > size; to -= size - stride) push(to - size, to);
    push(0, to);
  }
  return windows;
}

/** Checks an integer from 0. */
export function checkCount(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0)
    failInput(`encode: ${name} must be a whole number from 0, it is ${value}`);
}

/** Checks that a setting is one of several strings. */
export function checkChoice(name: string, value: string, choices: readonly string[]): void {
  if (!choices.includes(value)) failInput(`encode: ${name} must be ${choices.join(' or ')}, it is ${value}`);
}
