import { describe, expect, test } from 'vitest';
import { regexMatcher } from '../pattern.js';
import { parseRegex } from './linear/parse.js';
import { risksOf } from './linear/risks.js';
import { translateRegex } from './translate.js';

describe('what takes a backtracking engine long', () => {
  const deepSeek =
    '[!"#$]?[A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';
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
    expect(risksOf(parseRegex(translateRegex(pattern, 'here'))!)).toEqual(expected);
  });
});

/** Matches as the matcher of files finds them. */
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

test('nothing is found within a character of two units', () => {
  expect(['\\z', '\\A', '(?!x)'].map(pattern => matches(pattern, '👍').length)).toEqual([1, 1, 2]);
});
