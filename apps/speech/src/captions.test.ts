import { expect, test } from 'vitest';
import { captionsOf } from './captions.js';

const words = (text: string, pauseAfter = -1) =>
  text.split(/(?= )/).map((word, i) => {
    const start = i * 0.5 + (pauseAfter >= 0 && i > pauseAfter ? 1 : 0);
    return { text: word, start, end: start + 0.4, probability: 1, tokens: [], alternatives: [] };
  });

test('a line ends with a sentence, at a pause, and when it is full', () => {
  const textsOf = (...lines: Parameters<typeof words>) => captionsOf(words(...lines)).map(({ text }) => text);
  expect(textsOf(' It rains. We stay')).toEqual(['It rains.', 'We stay']);
  expect(textsOf(' It rains and we stay', 1)).toEqual(['It rains', 'and we stay']);
  expect(textsOf(` ${'word '.repeat(12).trim()}`)).toEqual([
    'word word word word word word word word',
    'word word word word',
  ]);
  expect(captionsOf(words(' It rains. We stay'))[0]).toEqual({ start: 0, end: 0.9, text: 'It rains.' });
  expect(captionsOf([])).toEqual([]);
});
