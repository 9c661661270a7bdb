import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toBytes } from '../dfa/bytes.js';
import { acceptsSymbols } from '../dfa/dfa.js';
import { resetEffort } from '../dfa/effort.js';
import { compileGrammar } from '../grammar.js';
import { thrownMessage } from '../testing/thrown.js';
import { parseRegex } from './parse.js';
import { regexToDfa } from './to-dfa.js';

const atoms = [
  'a',
  'b',
  '🙂',
  'é',
  '\\n',
  '[ab]',
  '[^a]',
  '.',
  '\\d',
  '\\W',
  '\\p{L}',
  '^',
  '$',
  '\\u{e9}',
  '[\\s-]',
  '',
];
const counts = ['*', '+', '?', '*?', '{2}', '{1,2}', '{2,}', '{0,3}?'];
const pattern = fc.letrec<{ node: string }>(tie => ({
  node: fc.oneof(
    { maxDepth: 3, depthSize: 'medium' },
    fc.constantFrom(...atoms),
    fc.array(tie('node'), { minLength: 2, maxLength: 3 }).map(parts => parts.join('')),
    fc.tuple(tie('node'), tie('node')).map(([left, right]) => `(?:${left}|${right})`),
    fc.tuple(tie('node'), fc.constantFrom(...counts)).map(([body, count]) => `(?:${body})${count}`),
    tie('node').map(body => `(${body})`),
  ),
})).node;
const text = fc.string({
  unit: fc.constantFrom('a', 'b', '🙂', 'é', '\n', '7', '"', '\\', '-', '\u2028'),
  maxLength: 6,
});

test('the automaton of an expression accepts the texts that the RegExp of the platform matches', () => {
  fc.assert(
    fc.property(pattern, fc.array(text, { minLength: 20, maxLength: 20 }), (source, texts) => {
      const regex = parseRegex(source, 'regex');
      const whole = toBytes(regexToDfa(regex, 'regex'));
      const inString = toBytes(regexToDfa(regex, 'regex', { anywhere: true }), { json: true });
      for (const each of texts) {
        const bytes = new TextEncoder().encode(each);
        expect(acceptsSymbols(whole, bytes)).toBe(new RegExp(`^(?:${source})$`, 'u').test(each));
        const escaped = new TextEncoder().encode(JSON.stringify(each).slice(1, -1));
        expect(acceptsSymbols(inString, escaped)).toBe(new RegExp(source, 'u').test(each));
      }
    }),
    { numRuns: 150 },
  );
});

test.each([
  ['a(?=b)', 'regex: a lookahead, which is not regular, at 1 in "a(?=b)"'],
  ['(?<!a)b', 'regex: a lookbehind, which is not regular, at 0 in "(?<!a)b"'],
  ['(a)\\1', 'regex: a back reference, which is not regular, at 3 in "(a)\\\\1"'],
  ['\\bx', 'regex: a word boundary, which is not supported, at 0 in "\\\\bx"'],
  ['(a', 'regex: a group without its ")" at 2 in "(a"'],
  ['a)', 'regex: ")" closes no group at 1 in "a)"'],
  ['[a', 'regex: a set without its "]" at 2 in "[a"'],
  ['a{3,2}', 'regex: a repetition of at least 3 and at most 2 at 6 in "a{3,2}"'],
  ['*', 'regex: "*" with nothing before it that it could belong to at 0 in "*"'],
  ['\\p{Nonsense}', 'regex: the property Nonsense, which this runtime does not know, at 0 in "\\\\p{Nonsense}"'],
])('%s is refused by what it holds and where', (source, message) => {
  expect(thrownMessage(() => parseRegex(source, 'regex'))).toBe(`grammar: ${message}`);
});

test('an automaton that would be too large is refused at once', () => {
  resetEffort(); // what other tests in this process have compiled does not count
  const refused = (source: string) => thrownMessage(() => regexToDfa(parseRegex(source, 'regex'), 'regex'));
  expect(refused('(a{300}){300}')).toBe('grammar: regex needs 90000 states, each count included; 50000 would fit');
  expect(refused('(?:a|b)*a(?:a|b){40}')).toBe(
    'grammar: regex has too many ways to be read: over 1500000 in all states',
  );
});

test('an expression that is too large for one automaton becomes the automata of its parts', () => {
  const accepts = (regex: string, ...texts: string[]) => {
    const compiled = compileGrammar({ regex });
    return texts.map(each => compiled.accepts(each));
  };
  expect(accepts('^(?:a{1,1000}){1,1000}$', '', 'a', 'a'.repeat(3000), 'ab')).toEqual([false, true, true, false]);
  expect(accepts('(?:a|b)*a(?:a|b){20}', 'ba'.repeat(20), 'b'.repeat(40))).toEqual([true, false]);
  expect(accepts('x{3,9999}|(?:(?:ab){2}){5000}', 'xxx', 'xx', 'ab'.repeat(10_000))).toEqual([true, false, true]);
  expect(thrownMessage(() => accepts('(?:^a|b){60000}'))).toBe(
    'grammar: regex needs 240000 states, each count included; 50000 would fit',
  );
});
