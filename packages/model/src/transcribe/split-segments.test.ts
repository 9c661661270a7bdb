import { expect, test } from 'vitest';
import { splitWindow } from './split-segments.js';

/** Times begin at 100 and are 0.5 s apart; a step has 2 frames. */
const scale = { timestampBegin: 100, stride: 2, precision: 0.5 };
const split = (tokens: readonly number[], frames = 40) => {
  const { segments, frames: next } = splitWindow(tokens, frames, scale);
  return { segments: segments.map(({ tokens, index, start, end }) => [tokens, index, start, end]), next };
};

test('pairs of times end segments; the next window begins at the last pair', () => {
  expect(split([100, 1, 2, 103, 103, 3, 106, 107, 4])).toEqual({
    segments: [
      [[100, 1, 2, 103], 0, 0, 1.5],
      [[103, 3, 106, 107], 4, 1.5, 3],
    ],
    next: 12,
  });
});

test('one time at the end says that nothing follows', () => {
  expect(split([100, 1, 103, 103, 3, 106])).toEqual({
    segments: [
      [[100, 1, 103], 0, 0, 1.5],
      [[103, 3, 106], 3, 1.5, 3],
    ],
    next: 40,
  });
});

test('without a pair all is one segment, up to the last time or the end of the window', () => {
  expect(split([100, 1, 2, 107])).toEqual({ segments: [[[100, 1, 2, 107], 0, 0, 3.5]], next: 40 });
  expect(split([100, 1, 2], 31)).toEqual({ segments: [[[100, 1, 2], 0, 0, 7.5]], next: 31 });
  expect(split([1, 2])).toEqual({ segments: [[[1, 2], 0, 0, 10]], next: 40 });
});

test('a pair at 0, which the rules of times never write, does not repeat the window', () => {
  expect(split([1, 100, 100]).next).toBe(40);
});
