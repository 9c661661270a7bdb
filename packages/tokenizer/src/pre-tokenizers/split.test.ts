import { expect, test } from 'vitest';
import { literalMatcher } from '../text/pattern.js';
import { type SplitBehavior, splitAtMatches } from './split.js';

const pieces = (behavior: SplitBehavior, invert = false) => {
  const text = 'the-final--countdown';
  const cuts: number[] = [];
  splitAtMatches(literalMatcher('-'), behavior, invert)(text, 0, text.length, cuts);
  return cuts.flatMap((from, index) => (index % 2 === 0 ? [text.slice(from, cuts[index + 1])] : []));
};

test.each([
  ['Removed', ['the', 'final', 'countdown']],
  ['Isolated', ['the', '-', 'final', '-', '-', 'countdown']],
  ['MergedWithPrevious', ['the-', 'final-', '-', 'countdown']],
  ['MergedWithNext', ['the', '-final', '-', '-countdown']],
  ['Contiguous', ['the', '-', 'final', '--', 'countdown']],
] as const)('a delimiter that is %s', (behavior, expected) => {
  expect(pieces(behavior)).toEqual(expected);
});

test('with invert the matches are the pre-tokens', () => {
  expect(pieces('Removed', true)).toEqual(['-', '-', '-']);
});
