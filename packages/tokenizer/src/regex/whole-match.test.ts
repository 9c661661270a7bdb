import { expect, test } from 'vitest';
import { wholeMatch } from './index.js';

test('a whole text is matched, by any of the alternatives', () => {
  const matches = wholeMatch('a|b+c?', 'pattern');
  expect(['a', 'bbc', 'b', 'ab', 'xa', 'a\n', ''].map(matches)).toEqual([true, true, true, false, false, false, false]);
});

test('what engines take for ever for is answered, or refused, at once', () => {
  expect(wholeMatch('(a|a)*b', 'pattern')('a'.repeat(5000))).toBe(false);
  expect(wholeMatch('(a*)*(a*)*(a*)*c', 'pattern')('a'.repeat(5000))).toBe(false);
  for (const source of ['(a*)*\\1b', '(?:ab){1000}'])
    expect(() => wholeMatch(source, 'pattern')).toThrow(
      `pattern: the regular expression ${source} is too large, or not linear`,
    );
});

test('what cannot be read is an error', () => {
  for (const source of ['(', ')(', 'a)|(b', '[', '*']) expect(() => wholeMatch(source, 'pattern')).toThrow('pattern');
});
