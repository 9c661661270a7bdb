import { expect, test } from 'vitest';
import { preset } from './settings.js';
import { labelOf, optionsOf, promptTokens, shownTokens } from './story.js';

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

test('greedy decoding has no filters, and top-k 0 keeps all tokens', () => {
  expect(optionsOf({ ...preset, mode: 'greedy' }, 100)).toEqual({ temperature: 0, maxNewTokens: 48 });
  expect(optionsOf({ ...preset, temperature: 0 }, 100)).toEqual({ temperature: 0, maxNewTokens: 48 });
  expect(optionsOf(preset, 100)).toEqual({ temperature: 0.8, topK: 100, topP: 0.95, seed: 7, maxNewTokens: 48 });
  expect(optionsOf({ ...preset, topK: 5 }, 100)).toMatchObject({ topK: 5 });
});
