import { expect, test } from 'vitest';
import { placeWords } from './place-words.js';

test('words that do not collide stand where they were said', () => {
  expect(
    placeWords(
      [
        { middle: 20, width: 10 },
        { middle: 60, width: 30 },
      ],
      5,
    ),
  ).toEqual([15, 45]);
});

test('words that collide move apart around the mean of their wishes', () => {
  const placed = placeWords(
    [
      { middle: 50, width: 20 },
      { middle: 55, width: 20 },
    ],
    4,
  );
  expect(placed).toEqual([30.5, 54.5]); // together they want 40 and 45 - 24, the mean of which is 30.5
});

test('no word begins before the start, and the order stays', () => {
  const words = [3, 4, 5, 200, 201].map(middle => ({ middle, width: 40 }));
  const placed = placeWords(words, 2, 0);
  expect(placed[0]).toBe(0);
  for (let i = 1; i < placed.length; i++) expect(placed[i]!).toBeGreaterThanOrEqual(placed[i - 1]! + 42 - 1e-9);
  expect(placed[3]).toBeCloseTo(159.5, 9);
  expect(placeWords([], 3)).toEqual([]);
});
