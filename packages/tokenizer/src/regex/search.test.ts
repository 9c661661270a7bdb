import { describe, expect, test } from 'vitest';
import { regexMatcher } from '../text/pattern.js';
import { backtrackingRisks } from './linear/backtracking-risks.js';
import { parseRegex } from './linear/parse.js';
import { translateRegex } from './translate.js';

describe('expressions that are slow in a backtracking engine', () => {
  const deepSeek =
    '[!"#$]?[A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|' +
    '\\s+(?!\\S)|\\s+';
  const [space, any] = ['\\p{White_Space}', undefined];
  test.each([
    [' {2,}', []],
    ['\\s+', []],
    ["'s|'t|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+", []],
    [' ?[^(\\s|[.,!?…。，、।۔،])]+', []],
    ['\\p{N}{1,3}', []],
    ['^\\s+|\\s+$', [space]],
    [deepSeek, [space, space]],
    ['(a+)+b', any],
    ['(?:\\w|\\d)+$', any],
    ['(x*)*y', any],
    ['a*a*b', any],
    ['(a?){40}a{40}', any],
    ['(?=a*)b', ['a']],
  ])('%s', (pattern, expected) => {
    expect(backtrackingRisks(parseRegex(translateRegex(pattern, 'here'))!.node)).toEqual(expected);
  });
});

/** The matches of the matcher for files. */
function matches(pattern: string, text: string): string[] {
  const ranges: number[] = [];
  regexMatcher(pattern, 'here')(text, 0, text.length, ranges);
  return Array.from({ length: ranges.length / 2 }, (_, index) => text.slice(ranges[2 * index], ranges[2 * index + 1]));
}

const bits = Array.from({ length: 100_000 }, (_, at) => 'ab'[((at * at * 7919) % 13) % 2]).join('');
const [a, blanks, words] = ['a'.repeat(200_000), ' '.repeat(200_000), 'ab1'.repeat(50_000)];

test.each([
  ['(a+)+b', `${a}c`, 0],
  ['(a+)+b', `${a}b`, 1],
  ['(\\w|\\d)+$', `${words}!`, 0],
  [`${'('.repeat(20)}a${'+)'.repeat(20)}b`, a, 0],
  [`${'('.repeat(20)}a${'*)+)'.repeat(10)}b`, a, 0],
  ['(x*)*y', 'x'.repeat(100_000), 0],
  ['(?:a|aa)+$', `${a}!`, 0],
  ['(.*)=(.*),', a, 0],
  ['a++b', a, 0],
  ['\\s*[\\r\\n]+', `${blanks}x`, 0],
  ['\\s*[\\r\\n]+|\\s', blanks, 200_000],
  ['\\s+(?!\\S)|\\s+', `${blanks}x`, 2],
  ['\\s+$', `${blanks}x`, 0],
  ['(?=a*b)a', a, 0],
  ['a(?=.*b)', a, 0],
  ['\\ba+\\b', `${a}é`, 0],
  ['(?:a|b)*a(?:a|b){14}$', `${bits}c`, 0],
  ['^\\s+|\\s+$', `x${blanks}x`, 0],
])('%s finds in a long text what it should, in linear time', (pattern, text, count) => {
  expect(matches(pattern, text).length).toBe(count);
});

test('nothing matches within a surrogate pair', () => {
  expect(['\\z', '\\A', '(?!x)'].map(pattern => matches(pattern, '👍').length)).toEqual([1, 1, 2]);
});

describe('expressions that are not linear', () => {
  test.each([
    ['(a+)+(b)\\2', `${'a'.repeat(40)}c`],
    ['(?:a|aa)+(?<=ba{3})c', 'a'.repeat(3000)],
    ['(\\w+)\\s\\1', `${'x'.repeat(20_000)} y`],
    ['(?>(?:a|a)+|b)+c', 'a'.repeat(50_000)],
  ])('%s counts its steps', (pattern, text) => {
    expect(() => matches(pattern, text)).toThrow(
      /^encode: the regular expression .* takes too long in a text of \d+ characters$/,
    );
  });

  test.each([
    ['(a)|\\1b', 'ab', ['a']],
    ['(\\w+) \\1', 'the the cat', ['the the']],
    ['(?<=ab|c)d', 'abdcdd', ['d', 'd']],
    ['(?<!\\p{L}{2})\\p{L}', 'abc 1d', ['a', 'b', 'd']],
    ['(?:a|ab)++c', 'abc ac', ['ac']],
    ['(?=(\\w)\\w\\1)\\w', 'abaxx', ['a']],
    ['(🙂)(?!\\1)|\\1', '🙂🙂', ['🙂']],
    [`(?:a{1,100}){1,100}b`, `${'a'.repeat(100)}b`, [`${'a'.repeat(100)}b`]],
  ])('%s finds in %j what it should', (pattern, text, expected) => {
    expect(matches(pattern, text)).toEqual(expected);
  });

  test('an expression that is too large is an error', () => {
    expect(() => matches('(?:a{1,900}){1,900}b', 'a')).toThrow(
      'tokenizer: here: the regular expression (?:a{1,900}){1,900}b is too large',
    );
  });
});
