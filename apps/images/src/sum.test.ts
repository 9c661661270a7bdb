import { expect, test } from 'vitest';
import { readSum, textOf } from './sum.js';

const isEmoji = (text: string) => text === '🐱';
const read = (text: string) => readSum(text, isEmoji).map(({ kind, value, factor }) => [kind, value, factor]);

test('a sum has words, pictures and factors; a hyphen within a word stays', () => {
  expect(read('t-shirt')).toEqual([['text', 't-shirt', 1]]);
  expect(read('🐱 + the deep sea − 0.5 * [picture]')).toEqual([
    ['emoji', '🐱', 1],
    ['text', 'the deep sea', 1],
    ['shown', '[picture]', -0.5],
  ]);
  expect(read('cat - dog')).toEqual(read('cat−dog'));
  expect(read('-dog')).toEqual([['text', 'dog', -1]]);
  expect(textOf(readSum('-dog + 2 × cat - 🐱', isEmoji))).toBe('−dog + 2 × cat − 🐱');
});

test('a sign at the end is one after which someone still types', () => {
  expect(read('cat +')).toEqual(read('cat'));
  expect(read('cat + ')).toEqual(read('cat'));
});

test('what is no sum is an error that says what would be', () => {
  expect(() => read('')).toThrow('There is nothing to look for: write a word.');
  expect(() => read(' + ')).toThrow('There is nothing to look for: write a word.');
  expect(() => read('cat + − dog')).toThrow('Two signs stand side by side: write a word between them.');
  expect(() => read('🐱 sea')).toThrow('“🐱 sea” is not one of the pictures of this page; write + between');
  expect(() => read('🦖')).toThrow('“🦖” is not one of the pictures of this page');
  expect(() => read(Array(21).fill('cat').join(' + '))).toThrow('The sum has 21 terms; 20 would fit.');
});
