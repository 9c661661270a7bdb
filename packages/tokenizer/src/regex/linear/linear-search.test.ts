import fc from 'fast-check';
import { expect, test } from 'vitest';
import { linearSearch } from './linear-search.js';
import { parseRegex } from './parse.js';
import { compile } from './program.js';

/** The matches of our search, like `matchAll`. */
function matches(source: string, text: string, flags = 'gu'): number[][] | undefined {
  const regex = new RegExp(source, flags);
  const parsed = parseRegex(regex);
  const program = parsed?.isLinear ? compile(parsed.node) : undefined;
  if (!program) return undefined;
  const search = linearSearch(program, regex)(text);
  const found: number[][] = [];
  for (let match = search(0); match; ) {
    const [from, to] = match;
    found.push([from, to]);
    match = search(to > from ? to : to + (text.codePointAt(to)! > 0xffff ? 2 : 1));
  }
  return found;
}

const platform = (source: string, text: string) =>
  Array.from(text.matchAll(new RegExp(source, 'gu')), ({ 0: found, index }) => [index, index + found.length]);

const atoms = ['a', 'b', '🙂', '[ab]', '[^a]', '\\p{L}', '', '^', '$', '(?<=a)', '(?<!b)', '(?<=^|b)', '(?<![ab])'];
const counts = ['*', '+', '?', '*?', '+?', '??', '{2}', '{1,2}', '{0,2}?', '{2,}'];
const possessive = ['(?=(a+))\\1(?:)b', '(?=([ab]*))\\1(?:)', '(?=(a{1,2}))\\1(?:)'];

/** A pattern without a numbered group before a possessive quantifier, as translations never have one there. */
const pattern = fc.letrec<{ node: string }>(tie => ({
  node: fc.oneof(
    { maxDepth: 4, depthSize: 'medium' },
    fc.constantFrom(...atoms),
    fc.array(tie('node'), { minLength: 2, maxLength: 3 }).map(parts => parts.join('')),
    fc.tuple(tie('node'), tie('node')).map(([left, right]) => `(?:${left}|${right})`),
    fc.tuple(tie('node'), fc.constantFrom(...counts)).map(([body, count]) => `(?:${body})${count}`),
    tie('node').map(body => `(${body})`),
    tie('node').map(body => `(?=${body})`),
    tie('node').map(body => `(?!${body})`),
  ),
})).node;
const text = fc.string({ unit: fc.constantFrom('a', 'b', '🙂', '\n'), maxLength: 9 });

const isWithin = (text: string, at: number) => at > 0 && text.codePointAt(at - 1)! > 0xffff;

test('finds the same matches as the platform', () => {
  fc.assert(
    fc.property(fc.constantFrom('', '', ...possessive), pattern, text, (first, rest, where) => {
      const expected = platform(first + rest, where);
      // V8 finds the empty match within a pair of surrogates.
      fc.pre(!expected.some(([from]) => isWithin(where, from!)));
      expect(matches(first + rest, where), `${first}${rest} in ${where}`).toEqual(expected);
    }),
    { numRuns: 1000 },
  );
});

test.each([
  ['(?:a|ab)(?:c|bcd)', 'abcd abc', 'the first way wins, not the longest'],
  ['(?:|a)+b?', 'aaab', 'an empty turn of a repetition does not count'],
  ['\\s+(?!\\S)|\\s+|\\S+', 'a  b   ', 'white space up to the last'],
  ['(?:a|b)*?b', 'aabab', 'as few as possible'],
  ['(?<name>a)|\\u{62}|[\\]b]', 'ab]', 'groups with names, escapes'],
])('%s in %j: %s', (source, where) => {
  expect(matches(source, where)).toEqual(platform(source, where));
});

test('a text of several parts', () => {
  const where = `${'ab'.repeat(20_000)}🙂${'🙂'.repeat(20_000)}b${'a b'.repeat(9)}`;
  for (const source of ['a[^ ]*b', '[ab]', '(?<=a)b+|🙂+?b', '(?:ab|b)*(?!a)']) {
    expect(String(matches(source, where)), source).toBe(String(platform(source, where)));
  }
});

test('nested classes', () => {
  expect(matches('[[a-z]&&[^aeiou]]+', 'hello', 'gv')).toEqual([
    [0, 1],
    [2, 4],
  ]);
});

test.each(['(a)\\1', '(?<=ab)c', '(?=(a|ab))\\1(?:)c', '\\bx', '(?:a{100}){100}'])('%s is not supported', source => {
  expect(matches(source, 'a')).toBeUndefined();
});
