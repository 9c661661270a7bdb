import { expect, test } from 'vitest';
import { characterParts, partLabel } from './character-parts.js';

test('tokens that share a character are its parts; other tokens are whole', () => {
  const offsets = [
    [0, 1],
    [1, 3],
    [1, 3],
    [1, 3],
    [3, 6],
    [0, 0],
    [6, 7],
    [6, 8],
    [7, 8],
  ] as const; // a, an emoji in 3, " by", a special one, two ideographs in 3
  const parts = characterParts('a\u{1f600} by你好', offsets);
  expect(parts.map(part => part && partLabel(part))).toEqual([
    undefined,
    '\u{1f600} 1/3',
    '\u{1f600} 2/3',
    '\u{1f600} 3/3',
    undefined,
    undefined,
    '你好 1/3',
    '你好 2/3',
    '你好 3/3',
  ]);
  expect(partLabel({ characters: '', index: 0, count: 1 })).toBe('…');
  expect(characterParts('', [])).toEqual([]);
});
