import { expect, test } from 'vitest';
import { compileGrammar } from '../grammar.js';
import { thrownMessage } from '../testing/thrown.js';

const accepts = (grammar: string, ...texts: string[]) => {
  const compiled = compileGrammar({ grammar });
  return texts.map(text => compiled.accepts(text));
};

test('rules, sets, groups and repetitions mean what GBNF says', () => {
  const grammar = `# sums
    root ::= item (", " item){1,2} "."
    item ::= [a-c]+ | "\\u00e9\\n" | ( "x" |
      "y" )?   # over two lines
    unused ::= root`;
  expect(accepts(grammar, 'abc, é\n.', 'a, , y.', 'x, y, c.', 'a.', 'a, d.', 'a, b, c, a.')).toEqual([
    ...[true, true, true],
    ...[false, false, false],
  ]);
});

test('rules that contain themselves nest to any depth', () => {
  const deep = `${'('.repeat(5000)}${')'.repeat(5000)}`;
  expect(accepts('root ::= "(" root? ")"', deep, deep.slice(1), '()')).toEqual([true, false, true]);
});

test('repetitions of what may be empty count texts that are not', () => {
  const texts = ['', 'a', 'a'.repeat(200), 'a'.repeat(201)];
  expect(accepts('root ::= ("a"?){100,200}', ...texts)).toEqual([true, true, true, false]);
  expect(accepts('root ::= (("a"? "b"?){2000}){2000}', '', 'abba', 'ac')).toEqual([true, true, false]);
});

test.each([
  ['root ::= "a" root2', 'no rule root2, which is used in line 1 of the grammar'],
  ['\nitem ::= "a"', 'the grammar has no rule root'],
  ['root ::= "a\n', 'a text without its closing quote in line 1 of the grammar'],
  ['root ::= (\n"a"', 'a group without its ")" in line 2 of the grammar'],
  ['root ::= "a"\nroot ::= "b"', 'a second rule root in line 2 of the grammar'],
  ['root ::= "\\q"', 'the unknown escape "\\q" in line 1 of the grammar'],
  ['root ::= "a" ;', 'no name of a rule in line 1 of the grammar'],
  ['root ::= root "a" | "b"', 'root begins with itself; a repetition or a rule that ends with itself would fit'],
  [
    'root ::= "a"? b "c" | "x"\nb ::= root',
    'root begins with itself; a repetition or a rule that ends with itself would fit',
  ],
  ['root ::= "a" root', 'no text obeys the grammar'],
])('%j is refused', (grammar, message) => {
  expect(thrownMessage(() => compileGrammar({ grammar }))).toBe(`grammar: ${message}`);
});
