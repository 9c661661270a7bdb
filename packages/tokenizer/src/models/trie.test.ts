import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unitsOf } from '../text/unicode.js';
import { root, trieOf } from './trie.js';

const words = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '本', '🙂'), maxLength: 6 });

test('a walk visits each token at the start of a text, the longest last', () => {
  fc.assert(
    fc.property(fc.uniqueArray(words, { maxLength: 40 }), words, fc.nat(3), (tokens, word, given) => {
      const trie = trieOf(tokens.map((token, index) => [token, 2 * index]));
      const units = unitsOf(`<${word}>`, 0, word.length + 2);
      const end = word.length + 1;
      const met: string[] = [];
      for (let node = trie.step(root, units[1]!), at = 2; node >= 0; node = trie.step(node, units[at++]!)) {
        if (trie.idAt(node) >= 0) met.push(tokens[trie.idAt(node) / 2]!);
        expect(trie.depthOf(node)).toBe(at - 1);
      }
      const fitting = tokens.filter(token => token !== '' && word.startsWith(token));
      expect(met).toEqual(fitting.sort((a, b) => a.length - b.length));

      const front = Math.min(given, word.length);
      let start = root;
      for (let at = 1; at <= front && start >= 0; at++) start = trie.step(start, units[at]!);
      if (start < 0) return;
      const last = trie.longestMatch(start, units, 1 + front, end);
      expect(last < 0 ? undefined : tokens[trie.idAt(last) / 2]).toBe(
        fitting.filter(token => token.length > front).at(-1),
      );
    }),
  );
});

test('many long tokens, and no tokens', () => {
  const tokens = Array.from({ length: 300 }, (_, id) => [`${id}`.padEnd(200, '-'), id] as const);
  const trie = trieOf(tokens);
  const idOf = (token: string) => {
    const node = trie.longestMatch(root, unitsOf(token, 0, token.length), 0, token.length);
    return node < 0 ? undefined : trie.idAt(node);
  };
  expect(tokens.map(([token]) => idOf(token))).toEqual(tokens.map(([, id]) => id));
  expect(idOf('1-')).toBeUndefined();
  expect(trieOf([]).step(root, 0x61)).toBeLessThan(0);
});
