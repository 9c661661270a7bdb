import { expect, test } from 'vitest';
import { fullMatch } from './index.js';

test('a whole text is matched, by any of the alternatives', () => {
  const matches = fullMatch('a|b+c?', 'pattern');
  expect(['a', 'bbc', 'b', 'ab', 'xa', 'a\n', ''].map(matches)).toEqual([true, true, true, false, false, false, false]);
});

test('expressions that engines never finish are answered, or refused, at once', () => {
  expect(fullMatch('(a|a)*b', 'pattern')('a'.repeat(5000))).toBe(false);
  expect(fullMatch('(a*)*(a*)*(a*)*c', 'pattern')('a'.repeat(5000))).toBe(false);
  for (const source of ['(a*)*\\1b', '(?:ab){1000}'])
    expect(() => fullMatch(source, 'pattern')).toThrow(
      `pattern: the regular expression ${source} is too large, or not linear`,
    );
});

test('an unsupported expression is an error', () => {
  for (const source of ['(', ')(', 'a)|(b', '[', '*']) expect(() => fullMatch(source, 'pattern')).toThrow('pattern');
});
