import { expect, test } from 'vitest';
import { pathMatcher } from './path-matcher.js';

const fits = (pattern: string, path: string) => pathMatcher('record', [pattern])(path);

test.each([
  ['logits', 'logits', true],
  ['logits', 'decoder.logits', false],
  ['layers.*.output', 'layers.11.output', true],
  ['layers.*.output', 'layers.output', false],
  ['layers.*.output', 'layers.1.2.output', false],
  ['layers.1.output', 'layers.11.output', false],
  ['**', 'a.b.c', true],
  ['**.weights', 'weights', true],
  ['**.weights', 'decoder.layers.0.attention.weights', true],
  ['**.weights', 'decoder.otherweights', false],
  ['decoder.**', 'decoder', true],
  ['decoder.**.weights', 'decoder.layers.0.attention.weights', true],
  ['decoder.**.weights', 'encoder.layers.0.attention.weights', false],
  ['**.layers.*.attention.*', 'decoder.layers.7.attention.scores', true],
  ['a+b', 'aab', false],
])('%s and %s: %s', (pattern, path, expected) => expect(fits(pattern, path)).toBe(expected));

test('one of several patterns is enough, and asking again gives the same', () => {
  const either = pathMatcher('record', ['a', 'b.*']);
  for (let again = 0; again < 2; again++) expect(['a', 'b', 'b.c'].map(either)).toEqual([true, false, true]);
});

test.each([
  ['', ''],
  ['layers..output', ''],
  ['layers.1*.output', '1*'],
  ['***', '***'],
])("the pattern '%s' is refused for its step '%s'", (pattern, step) => {
  expect(() => pathMatcher('replace', ['fine', pattern])).toThrow(
    `replace: '${pattern}' has the step '${step}'; a step is a name, * or **, as in layers.*.attention.weights`,
  );
});
