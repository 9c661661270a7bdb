import { expect, test } from 'vitest';
import { codePointsBefore, groupTokens } from './token-groups.js';

const tokensAt = (...offsets: (readonly [number, number])[]) =>
  offsets.map((offset, id) => ({ id, token: '', offset }));
const spansOf = (text: string, ...offsets: (readonly [number, number])[]) =>
  groupTokens(text, tokensAt(...offsets)).map(({ start, end, tokens }) => [text.slice(start, end), tokens]);

test('each token has a span, and text that no token covers has one too', () => {
  expect(spansOf('ab  cd!', [0, 2], [4, 6])).toEqual([
    ['ab', [0]],
    ['  ', []],
    ['cd', [1]],
    ['!', []],
  ]);
});

test('tokens that share a character share a span: bytes, parts of an emoji family, a letter and its mark', () => {
  expect(spansOf('aé', [0, 1], [1, 2], [1, 2])).toEqual([
    ['a', [0]],
    ['é', [1, 2]],
  ]);
  const family = '👩‍👩‍👧'; // three people and two joiners, 8 units
  expect(spansOf(`${family}x`, [0, 2], [2, 3], [3, 5], [5, 6], [6, 8], [8, 9])).toEqual([
    [family, [0, 1, 2, 3, 4]],
    ['x', [5]],
  ]);
  expect(spansOf('e\u0301a', [0, 1], [1, 2], [2, 3])).toEqual([
    ['e\u0301', [0, 1]],
    ['a', [2]],
  ]);
});

test('a token that ends inside of a character shares the span of the next token', () => {
  expect(spansOf('xe\u0301a', [0, 2], [2, 4])).toEqual([['xe\u0301a', [0, 1]]]);
});

test('a combining mark that no token covers stays with its letter', () => {
  expect(spansOf('ae\u0301b', [0, 2], [3, 4])).toEqual([
    ['ae\u0301', [0]],
    ['b', [1]],
  ]);
  expect(spansOf('e\u0301b', [1, 2], [2, 3])).toEqual([
    ['e\u0301', [0]],
    ['b', [1]],
  ]);
});

test('special tokens and tokens without characters have spans of length 0', () => {
  const tokens = [
    { id: 1, token: '[CLS]', offset: [0, 0] as const, isSpecial: true },
    { id: 5, token: 'a', offset: [0, 1] as const },
    { id: 9, token: '▁', offset: [1, 1] as const },
    { id: 2, token: '[SEP]', offset: [0, 0] as const, isSpecial: true },
  ];
  expect(groupTokens('a', tokens)).toEqual([
    { start: 0, end: 0, tokens: [0] },
    { start: 0, end: 1, tokens: [1] },
    { start: 1, end: 1, tokens: [2] },
    { start: 1, end: 1, tokens: [3] },
  ]);
});

test('the spans together are the text, for any offsets', () => {
  const text = 'नमस्ते 👨‍👩‍👧 مرحبا e\u0301';
  for (let seed = 1; seed < 200; seed++) {
    const cut = (step: number) => (seed * step * 7919) % (text.length + 1);
    const offsets = [cut(1), cut(2), cut(3)].sort((a, b) => a - b);
    const groups = groupTokens(text, tokensAt([offsets[0]!, offsets[1]!], [offsets[1]!, offsets[2]!]));
    expect(groups.map(({ start, end }) => text.slice(start, end)).join('')).toBe(text);
  }
});

test('code points are counted as Python counts them, lone surrogates included', () => {
  const before = codePointsBefore('a👩\ud800b\udc00');
  expect([0, 1, 3, 4, 5, 6].map(before)).toEqual([0, 1, 2, 3, 4, 5]);
});
