import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Pairs } from './pairs.js';
import { Words } from './words.js';

/** The pairs in the order of their merges. Symbols are identified by their texts, as in training. */
function mergesOf(texts: readonly string[], longest: number | undefined, long: number): string[] {
  const names = ['a', 'b', 'c'];
  const symbols = Int32Array.from(texts.join(''), char => names.indexOf(char));
  const times = texts.map((_, word) => 1 + (word % 3));
  const words = new Words(
    symbols,
    texts.map(text => text.length),
    times,
    longest,
    long,
  );
  const pairs = new Pairs();
  for (const _ of words.countPairs(pairs));
  const merges: string[] = [];
  while (merges.length < 60) {
    pairs.enqueue();
    const next = pairs.takeFirst(1);
    if (!next) break;
    const [left, right] = [names[next.left]!, names[next.right]!];
    merges.push(`${left} ${right}`);
    if (!names.includes(left + right)) names.push(left + right);
    for (const _ of words.merge(next, names.indexOf(left + right), pairs));
  }
  return merges;
}

test('words with stored pair occurrences are merged like words that are read again', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 60 });
  const longest = fc.option(fc.integer({ min: 2, max: 9 }), { nil: undefined });
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 12 }), longest, fc.integer({ min: 1, max: 30 }), (...all) => {
      const [texts, most, long] = all;
      expect(mergesOf(texts, most, long)).toEqual(mergesOf(texts, most, Number.POSITIVE_INFINITY));
    }),
    { numRuns: 300 },
  );
});
