import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unitsOf } from '../unicode.js';
import { Vocabulary } from '../vocabulary.js';
import { hashOf } from './hash.js';
import { tokenTable } from './token-table.js';

const words = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '本', '🙂'), minLength: 1, maxLength: 6 });

test('it finds each token, the longest at a place, and nothing else', () => {
  fc.assert(
    fc.property(fc.uniqueArray(words, { maxLength: 40 }), words, fc.nat(3), (tokens, word, least) => {
      const vocabulary = new Vocabulary();
      for (const [index, token] of tokens.entries()) vocabulary.add(token, 2 * index + 1, 'vocab');
      const table = tokenTable(vocabulary);
      const units = unitsOf(`<${word}>`, 0, word.length + 2);
      const end = word.length + 1;
      expect(table.find(units, 1, end, hashOf(units, 1, end))).toBe(vocabulary.id(word) ?? -1);
      const fitting = tokens.filter(token => word.startsWith(token) && token.length > least);
      const longest = fitting.reduce((found, token) => (token.length > found.length ? token : found), '');
      const id = table.longest(units, 1, 1 + least, end);
      expect(id).toBe(vocabulary.id(longest) ?? -1);
      if (id >= 0) expect(table.size(id)).toBe(longest.length);
    }),
  );
});
