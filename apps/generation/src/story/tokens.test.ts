import type { DisplayedToken } from '@residual/elements';
import { expect, test } from 'vitest';
import {
  bitsOf,
  completedParts,
  labelOf,
  promptTokens,
  shownTokens,
  textOf,
  tinted,
  unfinishedPart,
} from './tokens.js';

const encoding = (...rows: (readonly [id: number, token: string, start: number, end: number, special?: 1])[]) => ({
  ids: rows.map(([id]) => id),
  tokens: rows.map(([, token]) => token),
  offsets: rows.map(([, , start, end]) => [start, end] as const),
  specialTokensMask: rows.map(([, , , , special = 0]) => special),
});

test('a token shows its span of the text, or its part of a character that several tokens share', () => {
  const tokens = shownTokens(
    'a é',
    encoding([1, '<s>', 0, 0, 1], [5, 'a', 0, 1], [7, 'Ġ', 1, 2], [8, 'Ã', 2, 3], [9, '©', 2, 3]),
  );
  expect(tokens.map(({ text }) => text)).toEqual(['<s>', 'a', ' ', '', 'é']);
  expect(tokens.map(labelOf)).toEqual(['<s>', 'a', ' ', 'é 1/2', 'é 2/2']);
  expect(tokens.map(({ offset }) => offset)).toEqual([
    [0, 0],
    [0, 1],
    [1, 2],
    [2, 3],
    [2, 3],
  ]);
  expect(tokens.every(({ isPrompt }) => isPrompt)).toBe(true);
});

test('an empty prompt is the token that starts a text', async () => {
  const model = {
    encode: async () => encoding(),
    tokensOf: async () => [3],
    tokenOf: async (ids: readonly number[]) => ids.map(id => `<${id}>`),
  };
  expect(await promptTokens(model, '')).toEqual([{ id: 3, isPrompt: true, text: '<3>', offset: [0, 0] }]);
});

test('the surprise of a token is its shade and its note', () => {
  expect(bitsOf(Math.log(0.25))).toBeCloseTo(2, 12);
  const token = { id: 1, text: 'a' };
  expect(tinted({ ...token, logprob: Math.log(1 / 32) })).toMatchObject({ shade: 0.5, note: '5.0 bits of surprise' });
  expect(tinted(token)).toEqual({ ...token, shade: 0 });
});

test('tokens that share a character get their parts when its last token is written', () => {
  const unfinished = { text: '', part: unfinishedPart };
  const whole: DisplayedToken[] = [
    { id: 1, text: 'a' },
    { id: 2, ...unfinished },
    { id: 3, ...unfinished },
    { id: 4, text: '猫' },
  ];
  expect(completedParts(whole).map(([index, { part }]) => [index, part])).toEqual([
    [1, { characters: '猫', index: 0, count: 3 }],
    [2, { characters: '猫', index: 1, count: 3 }],
    [3, { characters: '猫', index: 2, count: 3 }],
  ]);
  const more = [
    { id: 2, ...unfinished },
    { id: 4, text: '猫!' },
  ];
  expect(completedParts(more).map(([index]) => index)).toEqual([0]);
  expect([completedParts(whole.slice(0, 3)), completedParts(whole.slice(0, 1)), completedParts([])]).toEqual([
    [],
    [],
    [],
  ]);
  expect(textOf(whole)).toBe('a猫');
});
