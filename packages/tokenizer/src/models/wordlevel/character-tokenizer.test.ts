import { expect, test } from 'vitest';
import { tokenizerFromJson } from '../../formats/json/load.js';
import { saveTokenizer } from '../../formats/json/save.js';
import { characterTokenizer } from './character-tokenizer.js';

test('each character of the texts is a token, in the order of code points, after the end of texts', () => {
  const tokenizer = characterTokenizer(['ba\n', 'é😀 b']);
  const tokens = Array.from({ length: tokenizer.vocabSize }, (_, id) => tokenizer.idToToken(id));
  expect(tokens).toEqual(['<|endoftext|>', '\n', ' ', 'a', 'b', 'é', '😀']);
  const text = 'b é\n😀a';
  expect(tokenizer.encode(text).ids).toEqual([4, 2, 5, 1, 6, 3]);
  expect(tokenizer.decode(tokenizer.encode(text).ids)).toBe(text);
});

test('other characters become the end-of-text token, and a saved tokenizer does the same', () => {
  const tokenizer = tokenizerFromJson(saveTokenizer(characterTokenizer(['ab'])));
  expect(tokenizer.encode('axb').ids).toEqual([1, 0, 2]);
  expect(tokenizer.decode([1, 0, 2])).toBe('ab');
});
