import { expect, test } from 'vitest';
import { fancyRegex } from './dialect.js';
import { translateRegex } from './translate.js';

const matches = (pattern: string, text: string) => text.match(translateRegex(pattern, 'here')) ?? [];

const cases: readonly (readonly [pattern: string, text: string, expected: readonly string[], why: string])[] = [
  ['\\s+', 'a\u0085b\ufeffc\u3000d', ['\u0085', '\u3000'], "white space is Unicode's"],
  ['\\w+', 'naïve_1 ٣-x', ['naïve_1', '٣', 'x'], "words are Unicode's"],
  ['\\d', '1٣½', ['1', '٣'], 'digits are decimal'],
  ['.+', 'a\rb\u2028c\nd', ['a\rb\u2028c', 'd'], 'the dot stops at the line feed alone'],
  ['^a$', 'a\nb\na', ['a', 'a'], 'the ends of lines'],
  ["(?i:'s|'ll)|x", "'S 'ſ 'LL X x", ["'S", "'ſ", "'LL", 'x'], 'part of it in any case'],
  ['(?i:[a-cé])', 'BÉd', ['B', 'É'], 'a class in any case'],
  ['(?i)ab|c', 'AB C', ['AB', 'C'], 'a switch in the middle'],
  ['a++b|a', 'aaab', ['aaab'], 'possessive'],
  ['a++a', 'aaa', [], 'possessive gives nothing back'],
  ['(?>a|ab)c', 'abc ac', ['ac'], 'atomic'],
  ['(a)(?>b)\\1', 'aba', ['aba'], 'references beside atomic groups'],
  ['[^\\s\\p{L}\\p{N}]+', 'a!? 1-', ['!?', '-'], 'a class of what is not in classes'],
  ['[a-z&&[^aeiou]]+', 'hello', ['h', 'll'], 'an intersection'],
  ['[[:punct:]x-]+', 'a-x!b', ['-x!'], 'a named class'],
  ['[\\]\\-]', 'a]-', [']', '-'], 'escapes in a class'],
  ['[]a]+', ']a', [']a'], 'a bracket at the beginning of a class'],
  ['\\bfoo\\b', 'foo éfoo foo1', ['foo'], "boundaries of Unicode's words"],
  ['\\p{Han}+', '日本go', ['日本'], 'a script by its name'],
  ['\\p{^L}', 'a1', ['1'], 'a negated property'],
  ['\\x{1F642}|\\u00e9', '🙂é', ['🙂', 'é'], 'characters by number'],
  ['\\h+', 'xyzcafe', ['cafe'], 'hexadecimal digits'],
  ['(?x: a b # both\n)', 'ab', ['ab'], 'spaces and comments'],
  ['\\R', 'a\r\nb\nc', ['\r\n', '\n'], 'any line end'],
  ['a{2}+', 'aaa', ['aa'], 'a count'],
  ['🙂+', '🙂🙂', ['🙂🙂'], 'repetition of an astral character'],
  ['{|}|/', '{/}', ['{', '/', '}'], 'literal brackets'],
  ['\\w+', 'x²½y', ['x²½y'], 'the numbers of Latin-1 are of words'],
  ['[\\w]+', 'x²½y', ['x', 'y'], 'but not in classes'],
  ['\\by', '²y y', ['y'], 'and have no boundary beside letters'],
  ['[[:punct:]]+', 'a$+©!b', ['$+©!'], 'symbols are of [:punct:]'],
  ['\\p{Punct}+', 'a$+©!b', ['!'], 'but not of the property'],
  ['[[:graph:]]+', 'a\u200d \u00a0é\n', ['a\u200d', 'é'], 'what is seen'],
  ['[[:print:]]+', 'a \u00a0é\nb', ['a \u00a0é', 'b'], 'what is printed'],
  ['[[:blank:]]+', 'a \t\u3000\nb', [' \t\u3000'], 'blanks'],
  ['[[:^ascii:]]', 'aé', ['é'], 'what is not ASCII'],
  ['\\p{alnum}+|\\p{^Word}', 'a٣_-', ['a٣', '-'], 'named classes as properties'],
  ['\\p{greek}+', 'aλ', ['λ'], 'a script in lower case'],
  ['\\N+', 'a\r\nb', ['a\r', 'b'], 'no line feed'],
  ['\\O', '\n', ['\n'], 'anything'],
  ['(?i)[[:upper:]]+', 'aBé1', ['aBé'], 'capitals in any case'],
  ['\\p{Word}+|\\P{^word}', '²_ -', ['²_'], 'word characters as a property are those of \\w'],
  ['\\pL', 'pLé', ['pL'], 'a property without brackets is none'],
  ['a{2}?b', 'aab b', ['aab', 'b'], 'what is counted exactly, or nothing'],
  ['a{1,2}+', 'aaaaa', ['aaaaa'], 'a count repeated, not possessive'],
  ['a{,}|a{,2}', 'a{,}aa', ['a{,}', 'aa', ''], 'no count without a number'],
  ['a{2,1}a', 'aa aaa', ['aaa'], 'the greater number first: possessive'],
  ['(?:(b)|a)++\\1', 'abb', [], 'a possessive group that captures'],
  ['(?>a|ab)?c', 'abc ac', ['c', 'ac'], 'an atomic group that may be missing'],
  ['\\R\\n', '\r\n\n', ['\r\n\n'], 'a line end is never cut'],
  ['^', 'a\n', [''], 'no line begins at the end'],
  ["(?<x>a)(b)\\k'x'", 'aba', ['aba'], 'only groups with names count beside such'],
  ['\\101\\cA\\C-A[\\b]\\o{102}', 'A\x01\x01\bB', ['A\x01\x01\bB'], 'characters by octal number and key'],
  ['[a&&]|b', 'ab', ['b'], 'an intersection with nothing'],
  ['(?i:[一-龥a])', '中A', ['中', 'A'], 'a wide range in any case'],
  ['(?i:µ[α-ω]ǆ)', 'Μϐǅ', ['Μϐǅ'], 'letters with several other cases'],
  ['(?i:ß|ı)', 'ẞßIi', ['ẞ', 'ß'], 'and with few'],
];

test.each(cases)('%s on %j: %s (%s)', (pattern, text, expected) => {
  expect([...matches(pattern, text)]).toEqual(expected);
});

test('patterns of tiktoken', () => {
  const of = (pattern: string, text: string) => [...(text.match(translateRegex(pattern, 'here', fancyRegex)) ?? [])];
  expect(of('\\pN{1,3}+', '12345')).toEqual(['123', '45']);
  expect(of('a$|^b', 'b\nb\na\na')).toEqual(['b', 'a']);
  expect(of('(?m:a$)|(?s:b.)', 'b\na\n')).toEqual(['b\n', 'a']);
});

test.each([
  ['(a', '"(" without ")"'],
  ['a)', '")" without "(" at 1'],
  ['[a', '"[" without "]"'],
  ['(?~a)', '"(?~a" cannot be translated'],
  ['(?(1)a|b)', '"(?(1" cannot be translated'],
  ['*', 'nothing to repeat before "*"'],
  ['\\p{Nothing}', 'the property "Nothing" is unknown'],
  ['\\K', '\\K cannot be translated'],
  ['\\1', 'back reference \\1 to no group'],
  ['(a\\1)', 'back reference \\1 within its own group'],
  ['(?<=a++)b', 'possessive repetition or an atomic group in a lookbehind'],
  ['(?W:a)', '"(?W:" cannot be translated'],
  ['\\G', '\\G cannot be translated'],
  ['[z-a]', 'the range z-a is empty'],
  ['a\\', 'it ends too early'],
])('%s is an error that says %s', (pattern, expected) => {
  expect(() => translateRegex(pattern, 'model.x')).toThrow(
    `tokenizer: model.x: ${expected} in the regular expression ${pattern}`,
  );
});
